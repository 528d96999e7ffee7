// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Dcsh;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago ssh</c>: a shell, or a command, where a task is.</summary>
internal static class ShellCommand
{
    private static readonly string[] Shell = ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash || exec sh"];

    public static Command Build()
    {
        var task = TaskOptions.Checked(new Argument<string>("task") { Description = "One task: name, beginning or part of a name, glob or /regex/" });
        var words = new Argument<string[]>("command") { Description = "What runs there, after -- (default: a shell)", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("ssh", "A shell where a task is").WithExamples("""
            pelago ssh web-1
            pelago ssh web-1 -- env
            """);
        var tasks = new TaskOptions();
        command.Arguments.Add(task);
        command.Arguments.Add(words);
        tasks.AddTo(command);
        TaskNames.Offer(task, tasks);
        command.SetAction(async (parsed, cancel) =>
        {
            using FoundTasks found = await tasks.FindAsync(parsed, new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetRequiredValue(task)) }, cancel);
            FoundTask one = found.Single("ssh");
            string[] said = parsed.GetValue(words) ?? [];
            return await RunAsync(one, said.Length > 0 ? said : Shell, isTerminal: !Console.IsInputRedirected && !Console.IsOutputRedirected, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(FoundTask task, string[] words, bool isTerminal, CancellationToken cancel)
    {
        TaskPlace place = TaskAccess.PlaceOf(task.Task);
        var request = new ExecRequest { Container = place.Container, Command = words, Stdin = true, Tty = isTerminal, Stderr = !isTerminal };
        (ExecSession? session, ApiStatus? error) = await new PodStreams(task.Cluster).ExecAsync(place.Namespace, place.Pod, request, cancel);
        if (session is null)
            throw new CliException($"{task.Task.Id}: {error!.Message}");
        await using ExecSession running = session;
        using RawTerminal? keyboard = isTerminal ? new RawTerminal(size => running.ResizeAsync(size.Width, size.Height, cancel)) : null;
        // The console's own streams would edit lines, and wait for one more after the end.
        await using var input = new CountedInput(StandardStreams.Input(), new InputProgress(), _ => Task.CompletedTask);
        ExecOutcome outcome = await running.CopyAsync(input, StandardStreams.Output(), isTerminal ? null : StandardStreams.Errors(), cancel);
        return outcome.Error is { } fault ? throw new CliException($"{task.Task.Id}: {fault.Message}") : outcome.ExitCode;
    }
}
