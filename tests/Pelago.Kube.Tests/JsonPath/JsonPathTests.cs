// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class JsonPathTests
{
    private static readonly JsonNode Document = KubeJson.Parse(File.ReadAllBytes(Golden("document.json")))!;

    [Fact]
    public void Templates_give_what_kubectl_gives()
    {
        string[] lines = [.. File.ReadAllLines(Golden("templates.tsv")).Where(line => !line.StartsWith('#'))];
        var wrong = new List<string>();
        foreach (string line in lines)
        {
            string[] parts = line.Split('\t');
            string found = Render(parts[0], Document, allowMissingKeys: false).Replace("\t", "<tab>", StringComparison.Ordinal);
            if (found != parts[1])
                wrong.Add($"{line} but was {found}");
        }

        Assert.True(lines.Length > 50);
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("{.zzz}", "")]
    [InlineData("{.its[*].zzz.y}", "")]
    [InlineData("a{.zzz}b", "ab")]
    [InlineData("{.o..}", "{\"x\":1,\"y\":{\"z\":\"<&>\"}} {\"z\":\"<&>\"} <&>")]
    [InlineData("{.its[?(@.v>=2)].n}", "two three")]
    [InlineData("{.its[?(@.v<=2.5)].n}", "one two")]
    [InlineData("{range .its[*]}{range .t[*]}{.type}{end}{.n};{end}", "ReadyOtherone;two;three;")]
    [InlineData("{range .its[*]}{.n}{range .t[*]}[{.type}]{end}{end}{.kind}", "one[Ready][Other]twothreeFoo")]
    [InlineData("{range .its[?(@.n==\"a)b\")]}x{end}y", "y")]
    public void Missing_keys_may_be_allowed(string template, string expected) => Assert.Equal(expected, Render(template, Document, allowMissingKeys: true));

    [Theory]
    [InlineData(".its[0].n")]
    [InlineData("its[0].n")]
    [InlineData("{.its[0].n}")]
    [InlineData("$.its[0].n")]
    public void Bare_expressions_of_printer_columns_find_values(string text)
    {
        Assert.True(JsonPath.TryParseExpression(text, out JsonPath? path, out _));
        Assert.Equal("one", Assert.Single(path.Find(Document))!.GetValue<string>());
    }

    [Fact]
    public void A_column_whose_path_does_not_fit_is_empty()
    {
        Assert.Empty(JsonPath.Parse("{.kind[0]}").Find(Document));
        Assert.Empty(JsonPath.Parse("{.l[9]}").Find(Document));
        Assert.Empty(JsonPath.Parse("{.a}").Find(null));
    }

    [Fact]
    public void Templates_that_multiply_without_bound_are_stopped()
    {
        var array = new JsonArray([.. Enumerable.Range(0, 200).Select(number => (JsonNode)number)]);
        var root = new JsonObject { ["a"] = new JsonArray([.. Enumerable.Range(0, 200).Select(_ => array.DeepClone())]) };

        string result = Render("{range .a[*]}{range .a}{end}{end}" + string.Concat(Enumerable.Repeat("{..}", 1000)), root, true);

        Assert.StartsWith("ERR the template produces more than", result);
    }

    [Fact]
    public void Long_and_deep_templates_are_refused()
    {
        Assert.False(JsonPath.TryParse("{" + new string('.', 40_000), out _, out _));
        string deep = string.Concat(Enumerable.Repeat("[?(@.a", 30)) + string.Concat(Enumerable.Repeat(")]", 30));
        Assert.False(JsonPath.TryParse("{" + deep + "}", out _, out _));
    }

    [Fact]
    public void Any_template_is_evaluated_or_refused_without_a_fault() =>
        Gen.OneOf("{", "}", ".", "..", "*", "[", "]", "[0]", "[?(", ")]", "@", "'", "\"", "its", "n", "range ", "end", "==", "<", "1", "-", ":", ",", "\\", " ", "{end}", "{range .its[*]}")
            .Array[0, 12].Sample(parts =>
            {
                if (JsonPath.TryParse(string.Concat(parts), out JsonPath? path, out string? error))
                    path.TryRender(Document, out _, out _);
                else
                    Assert.NotEmpty(error);
            });

    private static string Render(string template, JsonNode document, bool allowMissingKeys)
    {
        if (!JsonPath.TryParse(template, out JsonPath? path, out string? error))
            return "ERR " + error;
        return path.TryRender(document, out string? text, out error, allowMissingKeys) ? text : "ERR " + error;
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "JsonPath", "golden", name);
}
