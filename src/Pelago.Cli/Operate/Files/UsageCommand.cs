// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago du</c>: what directories of tasks take; the nodes add up.</summary>
internal static class UsageCommand
{
    private const long Block = 1024;

    public static Command Build()
    {
        var path = new Argument<string>("path") { Description = "Where to begin (default: where the task's files are)", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
        var sum = new Option<bool>("--summarize", "-s") { Description = "Only the sum of each task" };
        Option<int?> depth = CommandOptions.Number("--max-depth", "No lines for directories further down", "N", 0, 1000);
        depth.Aliases.Add("-d");
        var bytes = new Option<bool>("--bytes", "-b") { Description = "The lengths of files in bytes (default: what they take on the disk, in KiB)" };
        var command = new Command("du", "What directories of tasks take").WithExamples("""
            pelago du -s web             a line for each task
            pelago du -d 1 web /var      in a container
            """);
        command.Arguments.Add(path);
        var tasks = new TaskCommand(command, new TaskOptions());
        tasks.OfferPaths(path, logs: false);
        foreach (Option option in new Option[] { sum, depth, bytes })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            bool isSum = parsed.GetValue(sum), isBytes = parsed.GetValue(bytes);
            int? deepest = isSum ? 0 : parsed.GetValue(depth);
            return tasks.EachAsync(
                parsed, [parsed.GetValue(path) ?? ""], hasHeaders: !isSum, (files, source, turn, running) => PrintAsync(files, source, deepest, isSum, isBytes, turn, running), cancel);
        });
        return command;
    }

    private static async Task PrintAsync(ITaskFiles files, TaskSource source, int? depth, bool isSum, bool isBytes, Turns.Turn turn, CancellationToken cancel)
    {
        string start = source.Word.Length == 0 ? "." : source.Word.TrimEnd('/');
        await foreach (TaskFile file in files.UsageAsync(source.Word, depth, cancel))
        {
            long size = isBytes ? file.Size : (file.Allocated + Block - 1) / Block;
            string path = isSum && source.IsOneOfMany ? source.Title : file.Path.Length == 0 ? start : $"{start}/{file.Path}";
            await turn.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size}\t{path}\n")));
        }
    }
}
