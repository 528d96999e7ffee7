// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

public sealed class ConfigAndPluginTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_set_is_printed_asked_for_and_taken_away()
    {
        Assert.Equal(3, (await RunAsync("config", "namespace")).ExitCode);
        Assert.Equal(0, (await RunAsync("config", "namespace", "shop")).ExitCode);
        Assert.Equal(0, (await RunAsync("config", "sort", "mem")).ExitCode);
        Assert.Equal("shop\n", (await RunAsync("config", "namespace")).Output);
        Assert.Equal("namespace\tshop\nsort\tmem\n", (await RunAsync("config")).Output);
        Assert.Equal(0, (await RunAsync("config", "namespace", "")).ExitCode);
        Assert.Equal("sort\tmem\n", (await RunAsync("config")).Output);
    }

    [Theory]
    [InlineData("pelago: config has no colour; it has cluster, namespace, limit, sort, columns", "config", "colour")]
    [InlineData("pelago: config sort colour: a task has no field \"colour\"", "config", "sort", "colour")]
    [InlineData("pelago: config limit many: it is no value of that option", "config", "limit", "many")]
    public async Task What_no_option_would_take_is_not_set(string error, params string[] line)
    {
        ProgramResult result = await RunAsync(line);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(error, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_on_path_is_a_command_with_its_own_exit_code()
    {
        string program = _directory["pelago-greet"];
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"greetings, $1\"\nread line; echo \"$line\"\nexit 42\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(_directory["pelago-notes"], "no program", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory["pelago-version"], "#!/bin/sh\nexit 43\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_directory["pelago-version"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ProgramResult greeted = await ProgramRun.RunAsync(
            "/bin/sh", ["-c", $"echo typed | {CliProcess.Program} greet 'two words' --help"], Environment, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal((42, "greetings, two words\ntyped\n"), (greeted.ExitCode, greeted.Output));
        Assert.Equal(2, (await RunAsync("notes")).ExitCode);
        Assert.Equal(0, (await RunAsync("version")).ExitCode);
        Assert.Contains("Plugins on PATH (pelago-*):\n  greet\n", (await RunAsync("help")).Output, StringComparison.Ordinal);
        Assert.Contains("pelago ps web -o wide", (await RunAsync("help", "ps")).Output, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Environment => new() { ["PATH"] = _directory.Path + ":" + System.Environment.GetEnvironmentVariable("PATH") };

    private Task<ProgramResult> RunAsync(params string[] line) => CliProcess.RunAsync(_directory["home"], Environment, line);
}
