// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests;

public sealed class CommandContractTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("--version")]
    [InlineData("version")]
    public async Task Version_is_one_line_on_stdout(string word)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, word);

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^pelago \d+\.\d+\.\d+\n$", result.Output);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("up", "--no-such-option")]
    [InlineData("up", "--clusters", "0")]
    [InlineData("up", "--clusters", "many")]
    [InlineData("up", "--port", "65536")]
    [InlineData("up", "-o", "xml")]
    [InlineData("completion", "tcsh")]
    public async Task Wrong_usage_ends_with_2_and_says_why_on_stderr(params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("pelago: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("--help' for usage.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("kubeconfig")]
    [InlineData("completion")]
    [InlineData("bench")]
    public async Task Help_has_examples(string command)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, command, "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Examples:\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubeconfig_before_the_first_up_matches_nothing()
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "kubeconfig");

        Assert.Equal(3, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("run 'pelago up' first", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_leaves_a_directory_alone_that_is_no_home()
    {
        string mine = _home["thesis.txt"];
        await File.WriteAllTextAsync(mine, "years of work", TestContext.Current.CancellationToken);

        ProgramResult result = await CliProcess.RunAsync(_home.Path, "down", "--purge");

        Assert.Equal(2, result.ExitCode);
        Assert.True(File.Exists(mine));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _pelago pelago")]
    [InlineData("zsh", "compdef _pelago pelago")]
    [InlineData("fish", "complete -c pelago")]
    public async Task Completion_scripts_are_printed_for_each_shell(string shell, string line)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "completion", shell);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(line, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_offers_commands_and_options()
    {
        ProgramResult commands = await CliProcess.RunAsync(_home.Path, "[suggest:9]", "pelago ku");
        ProgramResult options = await CliProcess.RunAsync(_home.Path, "[suggest:13]", "pelago up --c");

        Assert.Equal("kubeconfig\n", commands.Output);
        Assert.Contains("--clusters", options.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bash_completes_through_its_script()
    {
        string script = $"PATH={AppContext.BaseDirectory}:$PATH; source <(pelago completion bash); COMP_LINE='pelago kube'; COMP_POINT=11; COMP_WORDS=(pelago kube); COMP_CWORD=1; _pelago; printf '%s\\n' \"${{COMPREPLY[@]}}\"";

        ProgramResult result = await ProgramRun.RunAsync(
            "/bin/bash", ["-c", script], null, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal("kubeconfig\n", result.Output);
    }
}
