// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Pelago.Repo.Tests;

/// <summary>ARCHITECTURE.md lists every edge between the projects under src, one <c>A -> B, C</c> line for each project; nothing else is allowed.</summary>
public class ProjectReferenceTests
{
    [Fact]
    public void References_between_projects_are_the_ones_that_the_architecture_lists()
    {
        SortedDictionary<string, string> listed = ListedEdges();
        var actual = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories))
            actual[Path.GetFileNameWithoutExtension(project)] = string.Join(", ", References(project));

        Assert.Equal(listed, actual);
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
            .Order(StringComparer.Ordinal);

    private static SortedDictionary<string, string> ListedEdges()
    {
        var edges = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "ARCHITECTURE.md")))
        {
            Match match = Regex.Match(line, @"^(Pelago\.\w+) ->\s*(.*)$");
            if (match.Success)
                edges[match.Groups[1].Value] = string.Join(", ", match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        }

        return edges;
    }
}
