// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Client;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago head</c>: the first lines or bytes of logs and files; no more is read than that takes.</summary>
internal static class HeadCommand
{
    private const int Chunk = 16 * 1024;
    private const long MostHeld = 256L << 20;

    public static Command Build()
    {
        Argument<string[]> files = CatCommand.FilesArgument();
        var letters = PartLetters.OfHead();
        var command = new Command("head", "Print the first lines of logs and files of tasks").WithExamples("""
            pelago head web
            pelago head -n 1 -q web config.json
            pelago head -c 512 web data.bin | xxd
            pelago head -n -1 web report.csv       without its last line
            """);
        command.Arguments.Add(files);
        var tasks = new TaskCommand(command, new TaskOptions(takenLetters: "n"));
        tasks.OfferPaths(files, logs: true);
        letters.AddTo(command);
        command.SetAction((parsed, cancel) =>
        {
            TextPart part = letters.Read(parsed);
            return tasks.EachAsync(
                parsed, CatCommand.WordsOf(parsed.GetValue(files)), hasHeaders: true,
                (access, source, turn, running) => CopyAsync(access, new TextName(source.Word), new TextCut(part), turn, running), cancel);
        });
        return command;
    }

    private static async Task CopyAsync(ITaskFiles files, TextName text, TextCut cut, Turns.Turn turn, CancellationToken cancel)
    {
        if (cut.IsDone)
            return;
        if (text.Path is null)
        {
            await foreach (FeedPiece piece in files.FeedAsync(new FeedRequest { Stream = text.Stream }, cancel))
            {
                await WriteAsync(piece.Text, cut, turn);
                if (cut.IsDone)
                    return;
            }
        }
        else
        {
            await using Stream bytes = await files.ReadAsync(text.Path, cancel);
            byte[] buffer = new byte[Chunk];
            int read;
            while (!cut.IsDone && (read = await bytes.ReadAsync(buffer, cancel)) > 0)
                await WriteAsync(buffer.AsMemory(0, read), cut, turn);
        }
        await turn.WriteAsync(cut.End());
    }

    private static async Task WriteAsync(ReadOnlyMemory<byte> text, TextCut cut, Turns.Turn turn)
    {
        await turn.WriteAsync(cut.Push(text));
        if (cut.Held > MostHeld)
            throw new IOException($"what is to be left out is longer than {MostHeld >> 20} MiB, which would have to be held here: leave out less, or copy the file (cp) and cut it here");
    }
}
