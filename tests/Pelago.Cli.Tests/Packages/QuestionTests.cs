// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Tests.Output;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

/// <summary>Questions of package commands on a terminal, and how one gets out of them.</summary>
public sealed class QuestionTests
{
    private const char Interrupt = '\x03';
    private static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "our-packages");

    [Fact]
    public async Task Ctrl_C_at_a_question_ends_at_once_and_leaves_the_terminal_as_it_was()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");

        ProgramResult looking = await AskAsync(home, "install hello-world", "Look through them? [y/N] ");
        ProgramResult hidden = await AskAsync(home, "install redis", "Look through them? [y/N] ", "port [6379]: ", "password: ");
        ProgramResult installing = await AskAsync(home, "install hello-world --set replicas=1", "as hello-world on pelago-1? [y/N] ");
        ProgramResult list = await home.RunAsync("package", "list", "-o", "name");

        Assert.Equal((130, 130, 130), (looking.ExitCode, hidden.ExitCode, installing.ExitCode));
        Assert.All([looking, hidden, installing], run => Assert.Matches(@"[;\s]icanon[;\s][\s\S]*[;\s]echo[;\s]", run.Output));
        Assert.Equal("", list.Output);
    }

    /// <summary>Says yes to each question, or takes the default, but at the last one presses Ctrl-C; then the settings of the terminal.</summary>
    private static async Task<ProgramResult> AskAsync(LocalHome home, string line, params string[] questions)
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
        terminal.Press(Interrupt);
        return await terminal.EndAsync();
    }
}
