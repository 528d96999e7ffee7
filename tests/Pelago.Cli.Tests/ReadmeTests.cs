// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.RegularExpressions;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

/// <summary>What README.md tells a stranger to type, typed.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Every_pelago_command_of_the_readme_works_in_the_order_it_stands_there()
    {
        await using var home = new LocalHome();
        // In place of the wrapper, which would build first: the same words reach the same program.
        string[] lines = [.. Commands(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "README.md"), TestContext.Current.CancellationToken))];
        Assert.Contains("./pelago demo", lines);
        string script = "set -e\n" + string.Join('\n', lines.Select(line => $"echo '> {line.Replace("'", "", StringComparison.Ordinal)}' >&2\n{line}"));
        string directory = home.Beside("repository");
        // A clone may lie anywhere, below /tmp too, of which pods have one of their own.
        CliProcess.CopyTo(Path.Combine(directory, "artifacts"));
        await File.WriteAllTextAsync(Path.Combine(directory, "pelago"), $"#!/bin/sh\nexec '{directory}/artifacts/pelago' \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(directory, "pelago"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ProgramResult result = await ProgramRun.RunAsync(
            "/bin/bash", ["-c", $"cd '{directory}'\n{script}"], new Dictionary<string, string?> { ["PELAGO_HOME"] = home.Root, ["PELAGO_DAEMON"] = null },
            TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Null(home.Places.ReadHolder());
    }

    private static IEnumerable<string> Commands(string readme) => Regex.Matches(readme, @"(?ms)^```(?:sh|bash)?\n(.*?)^```$")
        .SelectMany(fence => fence.Groups[1].Value.Split('\n'))
        .Where(line => line.Contains("./pelago ", StringComparison.Ordinal));
}
