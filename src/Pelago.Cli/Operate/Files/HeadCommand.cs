// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago head</c>: the first lines or bytes of logs and files; no more is read than that takes.</summary>
internal static class HeadCommand
{
    private const int UsualLines = 10;
    private const int Chunk = 16 * 1024;

    public static Command Build()
    {
        Argument<string[]> files = CatCommand.FilesArgument();
        Option<int?> lines = CommandOptions.Number("--lines", $"So many lines (default: {UsualLines})", "N", 0, int.MaxValue);
        lines.Aliases.Add("-n");
        Option<int?> bytes = CommandOptions.Number("--bytes", "So many bytes instead", "N", 0, int.MaxValue);
        bytes.Aliases.Add("-c");
        var command = new Command("head", "Print the first lines of logs and files of tasks").WithExamples("""
            pelago head web
            pelago head -n 1 -q web config.json
            pelago head -c 512 web data.bin | xxd
            """);
        command.Arguments.Add(files);
        var tasks = new TaskCommand(command, new TaskOptions(takenLetters: "n"));
        tasks.OfferPaths(files, logs: true);
        command.Options.Add(lines);
        command.Options.Add(bytes);
        command.SetAction((parsed, cancel) =>
        {
            int? onlyBytes = parsed.GetValue(bytes);
            long wanted = onlyBytes ?? parsed.GetValue(lines) ?? UsualLines;
            return tasks.EachAsync(
                parsed, CatCommand.WordsOf(parsed.GetValue(files)), hasHeaders: true,
                (access, source, turn, running) => CopyAsync(access, new TextName(source.Word), wanted, onlyBytes is not null, turn, running), cancel);
        });
        return command;
    }

    private static async Task CopyAsync(ITaskFiles files, TextName text, long wanted, bool isBytes, Turns.Turn turn, CancellationToken cancel)
    {
        if (wanted == 0)
            return;
        if (text.Path is null)
        {
            await foreach (FeedPiece piece in files.FeedAsync(new FeedRequest { Stream = text.Stream }, cancel))
            {
                await turn.WriteAsync(Take(piece.Text, isBytes, ref wanted));
                if (wanted == 0)
                    return;
            }
            return;
        }
        await using Stream bytes = await files.ReadAsync(text.Path, cancel);
        byte[] buffer = new byte[Chunk];
        int read;
        while (wanted > 0 && (read = await bytes.ReadAsync(buffer, cancel)) > 0)
            await turn.WriteAsync(Take(buffer.AsMemory(0, read), isBytes, ref wanted));
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> bytes, bool isBytes, ref long wanted)
    {
        if (isBytes)
        {
            int count = (int)Math.Min(wanted, bytes.Length);
            wanted -= count;
            return bytes[..count];
        }
        int end = 0;
        while (wanted > 0 && bytes.Span[end..].IndexOf((byte)'\n') is var newline and >= 0)
        {
            end += newline + 1;
            wanted--;
        }
        return wanted == 0 ? bytes[..end] : bytes;
    }
}
