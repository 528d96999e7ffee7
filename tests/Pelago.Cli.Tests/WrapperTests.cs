// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

/// <summary>What <c>./pelago</c> of a clone builds before it runs the real one, with small scripts in place of all that builds.</summary>
public sealed class WrapperTests : IDisposable
{
    private static readonly string[] Sources = ["src", "eng", "web/src", "web/public"];
    private static readonly string[] Files = ["web/package-lock.json", "web/index.html", "web/vite.config.ts", "Directory.Build.props", "Directory.Packages.props", "global.json"];
    private readonly TemporaryDirectory _clone = new();

    public WrapperTests()
    {
        foreach (string directory in Sources)
            Directory.CreateDirectory(_clone[directory]);
        foreach (string file in Files)
            File.WriteAllText(_clone[file], "");
        Copy("pelago");
        Program("artifacts/publish/pelago/pelago", "echo \"ran $*\"");
    }

    public void Dispose() => _clone.Dispose();

    [Theory]
    [InlineData("bench --help")]
    [InlineData("bench -h")]
    [InlineData("bench store --help")]
    [InlineData("bench")]
    [InlineData("up")]
    public async Task What_needs_no_program_that_is_missing_builds_nothing(string line)
    {
        Program("eng/build-programs", "echo \"built $*\"");
        await File.WriteAllTextAsync(_clone["artifacts/publish/.checked"], "", TestContext.Current.CancellationToken);

        ProgramResult result = await RunAsync(line);

        Assert.Equal((0, $"ran {line}\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Help_of_bench_is_answered_by_the_programs_that_are_there_although_a_source_is_newer()
    {
        Program("eng/build-programs", "echo \"built $*\"");
        await File.WriteAllTextAsync(_clone["artifacts/publish/.checked"], "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_clone["src/New.cs"], "", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(_clone["src/New.cs"], File.GetLastWriteTimeUtc(_clone["artifacts/publish/.checked"]).AddSeconds(1));

        ProgramResult help = await RunAsync("bench --help");
        ProgramResult up = await RunAsync("up");

        Assert.Equal(("ran bench --help\n", "built \nran up\n"), (help.Output, up.Output));
    }

    [Fact]
    public async Task A_measurement_and_a_fresh_clone_build_first()
    {
        Program("eng/build-programs", "echo \"built $*\"");

        ProgramResult fresh = await RunAsync("bench --help");
        await File.WriteAllTextAsync(_clone["artifacts/publish/.checked"], "", TestContext.Current.CancellationToken);
        ProgramResult measure = await RunAsync("bench store -o json");

        Assert.Equal(("built \nran bench --help\n", "built bench\nran bench store -o json\n"), (fresh.Output, measure.Output));
    }

    [Fact]
    public async Task A_page_that_is_not_built_is_said_with_npms_reason_and_the_log()
    {
        Copy("eng/build-programs");
        Copy("eng/node-modules");
        Program("bin/dotnet", "exit 0");
        Program("bin/node", "exit 0");
        Program("bin/npm", """
            cat >&2 <<'END'
            npm error code ECONNREFUSED
            npm error errno ECONNREFUSED
            npm error FetchError: request to http://127.0.0.1:9/react failed, reason: connect ECONNREFUSED
            npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/index.js:130:14)
            npm error If you are behind a proxy, please make sure that the 'proxy' config is set properly.
            npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log
            END
            exit 1
            """);

        ProgramResult result = await RunAsync("up");

        string log = _clone["artifacts/publish/page.log"];
        Assert.Equal((0, "ran up\n"), (result.ExitCode, result.Output));
        Assert.Contains(
            $"pelago: the page is not built: npm ci failed: FetchError: request to http://127.0.0.1:9/react failed, reason: connect ECONNREFUSED (the whole log: {log})\n",
            result.Error, StringComparison.Ordinal);
        Assert.Contains("at ClientRequest", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_of_a_build_which_stay_do_not_hold_the_next_one_up()
    {
        Copy("eng/build-programs");
        Program("bin/dotnet", "ls -l /proc/self/fd >>\"${0%/*}/descriptors\"");

        await RunAsync("up");

        string descriptors = await File.ReadAllTextAsync(_clone["bin/descriptors"], TestContext.Current.CancellationToken);
        Assert.DoesNotContain(".lock", descriptors, StringComparison.Ordinal);
    }

    private Task<ProgramResult> RunAsync(string line) => ProgramRun.RunAsync(
        _clone["pelago"], line.Split(' '), new Dictionary<string, string?> { ["PATH"] = $"{_clone["bin"]}:/usr/bin:/bin" }, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private void Copy(string script) => File.Copy(Path.Combine(RepositoryRoot.Path, script), _clone[script]);

    private void Program(string path, string script)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_clone[path])!);
        File.WriteAllText(_clone[path], $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(_clone[path], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
