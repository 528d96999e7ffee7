// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Tests.Clusters;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

/// <summary>The built <c>pelago</c>, run as a process: what scripts see.</summary>
internal static class CliProcess
{
    /// <summary>What <c>./pelago</c> runs, when <c>./test</c> has just built it; else what was built with the tests, which starts slower.</summary>
    public static readonly string Program = Environment.GetEnvironmentVariable("PELAGO_TEST_PROGRAM") is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, "pelago");

    /// <summary>What a developer may have set, and tests do not mean.</summary>
    private static readonly Dictionary<string, string?> Unset =
        GivenCluster.IsReal ? new() { ["PELAGO_DAEMON"] = null } : new() { ["PELAGO_DAEMON"] = null, ["KUBECONFIG"] = null };

    /// <summary>Where the program is.</summary>
    public static string ProgramDirectory => Path.GetDirectoryName(Program)!;

    public static Task<ProgramResult> RunAsync(string home, params string[] arguments) => RunAsync(home, new Dictionary<string, string?>(), arguments);

    public static Task<ProgramResult> RunAsync(string home, IReadOnlyDictionary<string, string?> environment, params string[] arguments) => ProgramRun.RunAsync(
        Program, arguments, Unset.Concat(environment).Append(new("PELAGO_HOME", home)).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value),
        TimeSpan.FromSeconds(300), TestContext.Current.CancellationToken);

    /// <summary>Both programs with all they need, somewhere else.</summary>
    public static void CopyTo(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is ".pdb" or ".xml")
                continue;
            string target = Path.Combine(directory, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
