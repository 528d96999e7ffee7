// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using Xunit;

namespace Pelago.Repo.Tests;

/// <summary>The rules of the tree where it is TypeScript.</summary>
public class WebTests
{
    private static readonly string Web = Path.Combine(Repository.Root, "web");

    [Fact]
    public void Every_package_of_the_page_has_its_reason_and_an_exact_version()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Web, "package.json")));
        Dictionary<string, string> used = new[] { "dependencies", "devDependencies" }
            .SelectMany(part => manifest.RootElement.GetProperty(part).EnumerateObject())
            .ToDictionary(package => package.Name, package => package.Value.GetString()!, StringComparer.Ordinal);

        Assert.Equal(Listed().Order(StringComparer.Ordinal), used.Keys.Order(StringComparer.Ordinal));
        Assert.All(used, package => Assert.True(char.IsAsciiDigit(package.Value[0]), $"{package.Key} {package.Value}"));
    }

    [Fact]
    public void Files_are_short_named_for_what_they_are_and_say_their_licence()
    {
        string[] vague = ["Helper", "Helpers", "Util", "Utils", "Manager", "Misc", "Common"];
        var faults = new List<string>();
        foreach (string file in SourceFiles())
        {
            string[] lines = File.ReadAllLines(file);
            string name = Path.GetFileNameWithoutExtension(file);
            if (lines.Length > 400)
                faults.Add($"{file}: {lines.Length} lines");
            if (!lines.FirstOrDefault("").Contains("SPDX-License-Identifier: Apache-2.0", StringComparison.Ordinal))
                faults.Add($"{file}: no licence");
            if (vague.Any(word => name.EndsWith(word, StringComparison.OrdinalIgnoreCase)))
                faults.Add($"{file}: a vague name");
        }

        Assert.Empty(faults);
    }

    private static IEnumerable<string> SourceFiles() =>
        new[] { "src", "tests", "bench" }
            .Select(folder => Path.Combine(Web, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".ts" or ".tsx" or ".css");

    private static IEnumerable<string> Listed() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs/dependencies.md"))
            .SkipWhile(line => line != "## In the page").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| package", StringComparison.Ordinal))
            .SelectMany(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)[0].Split(", "));
}
