// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Templates;
using Xunit;

namespace Pelago.Packages.Tests.Templates;

/// <summary>The core of the public mustache specification; its cases are the data in <c>suite</c> (github.com/mustache/spec, MIT).</summary>
public sealed class MustacheSpecTests
{
    [Theory]
    [InlineData("comments", 12)]
    [InlineData("delimiters", 14)]
    [InlineData("interpolation", 42)]
    [InlineData("inverted", 22)]
    [InlineData("partials", 12)]
    [InlineData("sections", 34)]
    public void Templates_print_what_the_specification_says(string module, int cases)
    {
        JsonArray tests = KubeJson.ParseObject(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Templates/suite", $"{module}.json"))).Array("tests")!;
        var failed = new List<string>();
        foreach (JsonObject test in tests.OfType<JsonObject>())
        {
            Dictionary<string, string> partials = (test.Object("partials") ?? []).ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());
            string printed = Template.Parse(test.String("template")!).Render(TemplateValues.AsTheyAre(test["data"]), TemplateRules.Standard(partials));
            if (printed != test.String("expected"))
                failed.Add($"{test.String("name")}: {test.String("template")} printed {printed}");
        }

        Assert.Empty(failed);
        Assert.Equal(cases, tests.Count);
    }

    [Theory]
    [InlineData("{{!}}", "")]
    [InlineData("{{>a}}", "b")]
    [InlineData(" {{!}}", " ")]
    public void A_line_of_very_many_tags_is_read_once(string tag, string printed)
    {
        const int tags = 300_000;
        string text = string.Concat(Enumerable.Repeat(tag, tags));
        long start = Stopwatch.GetTimestamp();

        string all = Template.Parse(text).Render(TemplateValues.AsTheyAre(new JsonObject()), TemplateRules.Standard(new Dictionary<string, string> { ["a"] = "b" }));

        Assert.Equal(string.Concat(Enumerable.Repeat(printed, tags)), all);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "no tag reads the whole line");
    }
}
