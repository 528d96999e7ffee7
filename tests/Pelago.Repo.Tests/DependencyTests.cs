// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Xml.Linq;
using Xunit;

namespace Pelago.Repo.Tests;

/// <summary>docs/dependencies.md gives each package its reason: no package without a line, no line without a package.</summary>
public class DependencyTests
{
    [Fact]
    public void Every_package_of_the_product_is_listed_with_the_projects_that_use_it()
    {
        var used = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (IGrouping<string, string> package in Used("src").GroupBy(use => use.Package, use => use.Project, StringComparer.Ordinal))
            used[package.Key] = string.Join(", ", package.Order(StringComparer.Ordinal));

        var listed = new SortedDictionary<string, string>(Rows("## In the product").ToDictionary(row => row[0], row => row[1], StringComparer.Ordinal), StringComparer.Ordinal);

        Assert.Equal(listed, used);
    }

    [Fact]
    public void Every_other_package_is_listed_or_belongs_to_the_product()
    {
        HashSet<string> listed = [.. Rows("## In tests").SelectMany(row => row[0].Split(", ")), .. Rows("## In the product").Select(row => row[0])];

        IEnumerable<string> unlisted = Used("tests").Concat(Used("bench")).Concat(Used("eng")).Select(use => use.Package).Where(package => !listed.Contains(package));

        Assert.Empty(unlisted);
    }

    [Fact]
    public void Every_central_version_is_used()
    {
        HashSet<string> used = [.. new[] { "src", "tests", "bench", "eng" }.SelectMany(Used).Select(use => use.Package)];
        XDocument build = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"));
        used.UnionWith(build.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value));

        IEnumerable<string> unused = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(version => version.Parent!.Attribute("Label")?.Value != "pins of what other packages bring")
            .Select(version => version.Attribute("Include")!.Value)
            .Where(package => !used.Contains(package));

        Assert.Empty(unused);
    }

    private static IEnumerable<(string Package, string Project)> Used(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
        from reference in XDocument.Load(file).Descendants("PackageReference")
        select (reference.Attribute("Include")!.Value, Path.GetFileNameWithoutExtension(file));

    private static IEnumerable<string[]> Rows(string heading) =>
        File.ReadLines(Path.Combine(Repository.Root, "docs/dependencies.md"))
            .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| package", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
}
