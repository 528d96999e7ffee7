// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.CompilerServices;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

/// <summary>
/// Behaviours of structured-merge-diff (merge/*_test.go) and of the API server's field managers, as scenarios in golden/*.scenarios.
/// recorded.scenarios has random sequences with what structured-merge-diff 4.4 itself made of them; the others were compared with it, too,
/// and differ in the keys that a list map's item may leave out (as in 6) and in containers that an applier sets to empty (which stay).
/// <c>UPDATE_GOLDEN=1</c> writes what happens into the files, for review.
/// </summary>
public class ApplyScenarioTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Apply", "golden");

    public static TheoryData<string, string> Scenarios()
    {
        var data = new TheoryData<string, string>();
        foreach (string file in Directory.EnumerateFiles(Folder, "*.scenarios").Order(StringComparer.Ordinal))
        {
            foreach ((string name, _) in Read(file, out _))
                data.Add(Path.GetFileNameWithoutExtension(file), name);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Ownership_and_result_are_those_of_upstream(string file, string name)
    {
        List<string> lines = Read(Path.Combine(Folder, $"{file}.scenarios"), out List<string> preamble)
            .Single(scenario => scenario.Name == name).Lines;

        IReadOnlyList<string> happened = new ApplyScenario().Run([.. preamble, .. lines], check: true);

        Assert.Contains(happened, line => line.StartsWith('=') || line.StartsWith('!'));
    }

    [Fact]
    public void Golden_files_leave_no_outcome_out()
    {
        bool record = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";
        foreach (string file in Directory.EnumerateFiles(Folder, "*.scenarios"))
        {
            List<(string Name, List<string> Lines)> scenarios = Read(file, out List<string> preamble);
            string text = string.Join('\n', scenarios.Select(scenario => Recorded(scenario.Name, scenario.Lines, preamble)));
            if (preamble.Count > 0)
                text = $"{string.Join('\n', preamble)}\n\n{text}";
            if (record)
                File.WriteAllText(Path.Combine(SourceFolder(), Path.GetFileName(file)), text);
            else
                Assert.Equal(File.ReadLines(file).Count(), text.AsSpan().Count('\n'));
        }
    }

    private static string Recorded(string name, List<string> lines, List<string> preamble)
    {
        IEnumerable<string> happened = new ApplyScenario().Run([.. preamble, .. lines], check: false).Skip(preamble.Count);
        return $"# {name}\n{string.Join('\n', happened)}\n";
    }

    /// <summary>Scenarios begin with <c># NAME</c>; the lines before the first one stand before each of them.</summary>
    private static List<(string Name, List<string> Lines)> Read(string file, out List<string> preamble)
    {
        preamble = [];
        var scenarios = new List<(string Name, List<string> Lines)>();
        foreach (string line in File.ReadLines(file).Where(line => line.Length > 0))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                scenarios.Add((line[2..], []));
            else
                (scenarios.Count == 0 ? preamble : scenarios[^1].Lines).Add(line);
        }
        return scenarios;
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "golden");
}
