// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Tests.Output;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

/// <summary>Questions of package commands on a terminal, and how one gets out of them.</summary>
public sealed class QuestionTests
{
    private const char Interrupt = '\x03', EndOfInput = '\x04';
    private static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "our-packages");

    [Fact]
    public async Task Ctrl_C_at_a_question_ends_at_once_and_leaves_the_terminal_as_it_was()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");

        ProgramResult looking = await AskAsync(home, "install hello-world", Interrupt, "Look through them? [y/N] ");
        ProgramResult hidden = await AskAsync(home, "install redis", Interrupt, "Look through them? [y/N] ", "port [6379]: ", "password: ");
        ProgramResult installing = await AskAsync(home, "install hello-world --set replicas=1", Interrupt, "as hello-world on pelago-1? [y/N] ");
        ProgramResult ended = await AskAsync(home, "install hello-world --set replicas=1", EndOfInput, "as hello-world on pelago-1? [y/N] ");
        ProgramResult endedEarly = await AskAsync(home, "install hello-world", EndOfInput, "Look through them? [y/N] ");
        ProgramResult list = await home.RunAsync("package", "list", "-o", "name");

        Assert.Equal((130, 130, 130, 1, 1), (looking.ExitCode, hidden.ExitCode, installing.ExitCode, ended.ExitCode, endedEarly.ExitCode));
        Assert.All([looking, hidden, installing, ended, endedEarly], run => Assert.Matches(@"[;\s]icanon[;\s](.|\s)*[;\s]echo[;\s]", run.Output));
        Assert.Contains("nothing was changed", ended.Output, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", endedEarly.Output, StringComparison.Ordinal);
        Assert.Equal("", list.Output);
    }

    /// <summary>Says yes to each question, or takes the default, but at the last one presses the key; then the settings of the terminal.</summary>
    private static async Task<ProgramResult> AskAsync(LocalHome home, string line, char key, params string[] questions)
    {
        using var terminal = PseudoTerminal.Start(
            home.Root, $"trap : INT; {CliProcess.Program} package {line} --repo {Packages}; code=$?; stty -a; exit $code");
        foreach (string question in questions[..^1])
        {
            await terminal.UntilPrintedAsync(question);
            if (question.EndsWith("[y/N] ", StringComparison.Ordinal))
                terminal.Press('y');
            terminal.Press('\r');
        }

        await terminal.UntilPrintedAsync(questions[^1]);
        terminal.Press(key);
        return await terminal.EndAsync();
    }
}
