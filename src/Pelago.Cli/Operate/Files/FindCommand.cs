// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago find</c>: files of tasks by name, type, size and age; the nodes look.</summary>
internal static class FindCommand
{
    public static Command Build()
    {
        var path = new Argument<string>("path") { Description = "Where to begin (default: where the task's files are)", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
        var name = new Option<string?>("--name") { Description = "Only names that this glob matches: *.log", HelpName = "GLOB" };
        Option<string> type = new Option<string>("--type") { Description = "Only this sort: f file, d directory, l link, p pipe, s socket", HelpName = "TYPE" }.Only("f", "d", "l", "p", "s", "b", "c");
        Option<string?> size = Sizes.Option("--size", "Only files of at least (+10M) or at most (-1k) this size");
        Option<string?> newer = Ages.Option("--newer", "Only what has changed since: 1h, 2d, or a time");
        Option<int?> depth = CommandOptions.Number("--depth", "At most so far down", "N", 0, 1000);
        var zero = new Option<bool>("--print0", "-0") { Description = "A zero byte after each path, for xargs -0" };
        var command = new Command("find", "Find files of tasks by name, type, size and age").WithExamples("""
            pelago find web --name '*.log' --size +10M
            pelago find web logs --newer 1h -q      what has changed within an hour
            pelago find web --type f -q -0 | xargs -0 -n1 echo
            """);
        command.Arguments.Add(path);
        var tasks = new TaskCommand(command, new TaskOptions());
        tasks.OfferPaths(path, logs: false);
        foreach (Option option in new Option[] { name, type, size, newer, depth, zero })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            (long? smallest, long? biggest) = Sizes.Of(parsed.GetValue(size));
            var request = new FindRequest
            {
                Name = parsed.GetValue(name), Types = parsed.GetValue(type), Smallest = smallest, Biggest = biggest, NewerThan = Ages.Of(parsed.GetValue(newer), TimeProvider.System.GetUtcNow()),
                Depth = parsed.GetValue(depth),
            };
            string end = parsed.GetValue(zero) ? "\0" : "\n";
            return tasks.EachAsync(parsed, [parsed.GetValue(path) ?? ""], hasHeaders: true, (files, source, turn, running) => PrintAsync(files, source, request, end, turn, running), cancel);
        });
        return command;
    }

    private static async Task PrintAsync(ITaskFiles files, TaskSource source, FindRequest request, string end, Turns.Turn turn, CancellationToken cancel)
    {
        string start = source.Word.TrimEnd('/');
        await foreach (TaskFile file in files.FindAsync(source.Word, request, cancel))
        {
            string path = start.Length == 0 && source.Word.Length == 0 ? file.Path : file.Path.Length == 0 ? source.Word : $"{start}/{file.Path}";
            await turn.WriteAsync(Encoding.UTF8.GetBytes((path.Length == 0 ? "." : path) + end));
        }
    }
}
