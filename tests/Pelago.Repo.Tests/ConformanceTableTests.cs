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

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Method();
}
