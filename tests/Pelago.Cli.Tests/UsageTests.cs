// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("'dwon' is no command of 'pelago'. Did you mean 'down'?", "dwon", "--purge")]
    [InlineData("'frobnicate' is no command of 'pelago'", "frobnicate")]
    [InlineData("'pelago up' has no option '--detahc'. Did you mean '--detach'?", "up", "--detahc")]
    [InlineData("'pelago up' has no option '--hmoe'. Did you mean '--home'?", "--hmoe", "/tmp", "up")]
    [InlineData("'x' is one word too many for 'pelago kubeconfig'", "kubeconfig", "x")]
    [InlineData("--clusters many: must be a whole number from 1 to 64", "up", "--clusters", "many")]
    [InlineData("--port 65536: must be between 0 and 65535", "up", "--port", "65536")]
    [InlineData("--output jsn: must be one of table, json. Did you mean json?", "up", "-o", "jsn")]
    [InlineData("--by nodes: must be one of node, workload, namespace. Did you mean node?", "watch", "--grid", "--by", "nodes")]
    [InlineData("--all-namespaces and --namespace exclude each other", "watch", "-A", "-n", "shop")]
    [InlineData("--for soon: must be a whole number from 1 to 1000000", "watch", "--for", "soon")]
    [InlineData("'pelago watch' has no option '--gird'. Did you mean '--grid'?", "watch", "--gird")]
    [InlineData("what to measure is missing: store, api,", "bench")]
    [InlineData("shell tcsh: must be one of bash, zsh, fish", "completion", "tcsh")]
    [InlineData("'pelago kill' has no option '-force'", "kill", "-force", "web")]
    [InlineData("'pelago kill' has no option '--dry-run'", "kill", "--dry-run", "web")]
    [InlineData("'pelago ps' has no option '--sotr'. Did you mean '--sort'?", "ps", "--sotr", "mem")]
    [InlineData("'pelago tail' has no option '--folow'. Did you mean '--follow'?", "tail", "--folow", "web")]
    [InlineData("--lines many: must be a whole number, such as 20 or 1K", "tail", "-n", "many", "web")]
    [InlineData("--bytes 1X: must be a whole number, such as 20 or 1K", "head", "-c", "1X", "web")]
    public async Task A_line_that_cannot_be_understood_ends_with_2_and_a_guess(string message, params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith($"pelago: {message}", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("--help' for usage.\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frobnicate 2>&-", 2)]
    [InlineData("--help >&-", 0)]
    [InlineData("up --clusters many <&- >&- 2>&-", 2)]
    public async Task Streams_that_are_closed_change_no_code(string line, int code)
    {
        ProgramResult result = await ProgramRun.RunAsync(
            "/bin/sh", ["-c", $"exec {CliProcess.Program} {line}"], new Dictionary<string, string?> { ["PELAGO_HOME"] = _home.Path }, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal((code, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task The_name_alone_prints_the_help_as_an_error()
    {
        ProgramResult help = await CliProcess.RunAsync(_home.Path, "--help");

        ProgramResult alone = await CliProcess.RunAsync(_home.Path);

        Assert.Contains("Start clusters on this machine", help.Output, StringComparison.Ordinal);
        Assert.Equal((2, "", help.Output), (alone.ExitCode, alone.Output, alone.Error));
    }

    [Fact]
    public async Task Every_command_has_help_with_examples()
    {
        ProgramResult offered = await CliProcess.RunAsync(_home.Path, "__complete", "--", "");
        string[] commands = [.. offered.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0])];

        Assert.Contains("doctor", commands);
        foreach (string command in commands)
        {
            ProgramResult help = await CliProcess.RunAsync(_home.Path, command, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.Contains($"pelago {command}", help.Output[help.Output.IndexOf("Examples:\n", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
    }
}
