// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago cat</c>: logs and files of tasks, byte for byte.</summary>
internal static class CatCommand
{
    private const int Chunk = 256 * 1024;

    public static Command Build()
    {
        Argument<string[]> files = FilesArgument();
        var command = new Command("cat", "Print logs and files of tasks").WithExamples("""
            pelago cat web                      the log, of all that begin with web one after the other
            pelago cat web stderr               one stream of it
            pelago cat web data/dump.bin > dump.bin
            pelago cat -I job out.txt           of a task that has ended
            """);
        command.Arguments.Add(files);
        var tasks = new TaskCommand(command, new TaskOptions());
        tasks.OfferPaths(files, logs: true);
        command.SetAction((parsed, cancel) => tasks.EachAsync(parsed, WordsOf(parsed.GetValue(files)), hasHeaders: false, CopyAsync, cancel));
        return command;
    }

    public static Argument<string[]> FilesArgument() => new("file")
    {
        Description = "log, stdout, stderr, or a file of the task (default: log)", Arity = ArgumentArity.ZeroOrMore,
    };

    public static string[] WordsOf(string[]? files) => files is { Length: > 0 } ? files : [TextName.Log];

    private static async Task CopyAsync(ITaskFiles files, TaskSource source, Turns.Turn turn, CancellationToken cancel)
    {
        var text = new TextName(source.Word);
        if (text.Path is null)
        {
            await foreach (FeedPiece piece in files.FeedAsync(new FeedRequest { Stream = text.Stream }, cancel))
                await turn.WriteAsync(piece.Text);
            return;
        }
        await using Stream bytes = await files.ReadAsync(text.Path, cancel);
        byte[] buffer = new byte[Chunk];
        int read;
        while ((read = await bytes.ReadAsync(buffer, cancel)) > 0)
            await turn.WriteAsync(buffer.AsMemory(0, read));
    }
}
