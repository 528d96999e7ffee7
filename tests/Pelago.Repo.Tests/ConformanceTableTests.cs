// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.RegularExpressions;
using Xunit;

namespace Pelago.Repo.Tests;

/// <summary>docs/conformance.md names tests; each of them must exist.</summary>
public partial class ConformanceTableTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/conformance.md"));
        string[] named = [.. TestName().Matches(page).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal)];

        Assert.True(named.Length >= 40, $"only {named.Length} tests are named");
        Assert.Empty(named.Except(Tests(), StringComparer.Ordinal));
    }

    [Fact]
    public void Every_reason_for_a_skip_is_explained()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/conformance.md"));
        string[] reasons = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/Pelago.Conformance"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Reason().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct(StringComparer.Ordinal)];

        Assert.True(reasons.Length >= 5, $"only {reasons.Length} reasons were found");
        Assert.All(reasons, reason => Assert.Contains(
            $"| {reason.Replace("{resource}", "RESOURCE", StringComparison.Ordinal).Replace("{since}", "VERSION", StringComparison.Ordinal)} |", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Tests()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories))
        {
            foreach (Match method in Method().Matches(File.ReadAllText(file)))
                yield return $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups[1].Value}";
        }
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex("""NotOn\(.+, \$?"([^"]+)"\)""")]
    private static partial Regex Reason();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Method();
}
