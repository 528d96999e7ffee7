// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago scp</c>: files from here into every task that is meant.</summary>
internal static class ScpCommand
{
    public static Command Build()
    {
        var words = new Argument<string[]>("file") { Description = "Files here, then where they go in each task", Arity = new ArgumentArity(2, 1000) };
        var named = new Option<string[]>("--task", "-t") { Description = "Only these tasks (default: all)", HelpName = "TASK", DefaultValueFactory = _ => [] };
        var all = new Option<bool>("--recursive", "-r") { Description = "Directories with all in them" };
        var command = new Command("scp", "Copy files into every task").WithExamples("""
            pelago scp motd /tmp/motd                    into every task
            pelago scp a.txt b.txt /tmp -l app=web       into those of an app
            """);
        var tasks = new TaskOptions();
        command.Arguments.Add(words);
        command.Options.Add(named);
        command.Options.Add(all);
        tasks.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            string[] line = parsed.GetRequiredValue(words);
            using FoundTasks found = await tasks.FindAsync(parsed, new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetValue(named) ?? []) }, cancel);
            found.Explain();
            var faults = new Faults();
            await new FileUpload(found, faults).RunAsync(
                line[..^1], line[^1], parsed.GetValue(all), (what, isThere) => Console.Out.WriteLine($"{what}\t{(isThere ? "uploaded" : "failed")}"), cancel);
            return faults.Code(found);
        });
        return command;
    }
}
