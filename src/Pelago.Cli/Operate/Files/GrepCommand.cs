// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.CommandLine;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using Pelago.Client;
using Pelago.Kube.Lines;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago grep</c>: the nodes look through logs and files, and only the lines that match travel.</summary>
internal static class GrepCommand
{
    public static Command Build()
    {
        var pattern = new Argument<string>("pattern") { Description = "A regular expression" };
        Argument<string[]> files = CatCommand.FilesArgument();
        var letters = new GrepLetters();
        var command = new Command("grep", "Find lines in logs and files of tasks; the nodes search").WithExamples("""
            pelago grep 'timeout|refused' web            in all logs that are kept, of each that begins with web
            pelago grep -i -n error -l app=web web       with numbers of lines
            pelago grep -c -F GET web access.log         how many, of a file
            pelago grep -m 1 -C 3 panic '*'              the first of each task, with the lines around it
            pelago grep -q panic web && echo so it was
            """);
        command.Arguments.Add(files);
        var bare = new Option<bool>("--no-headers", "-h") { Description = "No names of tasks and files before the lines: -h is grep's own here" };
        var tasks = new TaskCommand(command, new TaskOptions(takenLetters: "niA"), bare);
        tasks.OfferPaths(files, logs: true);
        command.Arguments.Insert(0, pattern);
        letters.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            LineQuery query = letters.Read(parsed, parsed.GetRequiredValue(pattern));
            if (LineFilter.Of(query, new ArrayBufferWriter<byte>(), out string? error) is null)
                throw new CliException(error!, ExitCode.Usage);
            string[] words = CatCommand.WordsOf(parsed.GetValue(files));
            return letters.IsQuiet(parsed) ? await AskAsync(tasks, parsed, words, query, cancel) : await ShowAsync(tasks, parsed, words, query, cancel);
        });
        return command;
    }

    private static async Task<int> ShowAsync(TaskCommand tasks, ParseResult parsed, string[] words, LineQuery query, CancellationToken cancel)
    {
        long matches = 0;
        int code = await tasks.EachAsync(
            parsed, words, hasHeaders: false,
            async (access, source, turn, running) =>
            {
                string prefix = (source.IsOneOfMany || words.Length > 1) && !tasks.IsBare(parsed) ? source.Title : "";
                (long count, bool isBinary) = await PrintAsync(access, source, query, prefix, turn, running);
                Interlocked.Add(ref matches, count);
                if (query.CountOnly)
                    await turn.WriteAsync(Encoding.UTF8.GetBytes($"{(prefix.Length > 0 ? prefix + ":" : "")}{count}\n"));
                else if (isBinary && count > 0)
                    await turn.WriteAsync(Encoding.UTF8.GetBytes($"Binary file {source.Title} matches (-a shows the lines)\n"));
            },
            cancel);
        // As grep: nothing found is a 1, and here also what says that some could not be searched.
        return code == ExitCode.Done && matches == 0 ? ExitCode.Failed : code;
    }

    /// <summary>Whether anything matches: the first that does ends the search everywhere, and what could not be searched changes nothing about it.</summary>
    private static async Task<int> AskAsync(TaskCommand tasks, ParseResult parsed, string[] words, LineQuery query, CancellationToken cancel)
    {
        using var found = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bool IsFound() => found.IsCancellationRequested && !cancel.IsCancellationRequested;
        try
        {
            int code = await tasks.EachAsync(
                parsed, words, hasHeaders: false,
                async (access, source, turn, running) =>
                {
                    if ((await PrintAsync(access, source, query, "", turn, running)).Count > 0)
                        await found.CancelAsync();
                },
                found.Token);
            return IsFound() ? ExitCode.Done : code == ExitCode.Done ? ExitCode.Failed : code;
        }
        catch (Exception) when (IsFound())
        {
            return ExitCode.Done;
        }
    }

    private static async Task<(long Count, bool IsBinary)> PrintAsync(ITaskFiles files, TaskSource source, LineQuery query, string prefix, Turns.Turn turn, CancellationToken cancel)
    {
        var text = new TextName(source.Word);
        await using Stream answer = await files.GrepAsync(query, text.Path, text.Stream, cancel);
        PipeReader lines = PipeReader.Create(answer, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        byte[] before = Encoding.UTF8.GetBytes(prefix);
        while (true)
        {
            ReadResult read = await lines.ReadAsync(cancel);
            ReadOnlySequence<byte> rest = read.Buffer;
            var output = new ArrayBufferWriter<byte>();
            string? last = null;
            while (last is null && rest.PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> line = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (line.IsEmpty)
                    throw new IOException("what came is no answer of a search");
                if (line.FirstSpan[0] == '!')
                    last = Encoding.ASCII.GetString(line.Slice(1));
                else
                    Write(output, before, line);
            }
            lines.AdvanceTo(rest.Start, rest.End);
            await turn.WriteAsync(output.WrittenMemory);
            if (last is not null)
                return long.TryParse(last.Split(' ')[0], out long count) ? (count, last.Contains(' ', StringComparison.Ordinal)) : throw new IOException("what came is no answer of a search");
            if (read.IsCompleted)
                throw new IOException("the connection ended before the search did");
        }
    }

    private static void Write(ArrayBufferWriter<byte> output, byte[] prefix, in ReadOnlySequence<byte> line)
    {
        byte mark = line.FirstSpan[0];
        ReadOnlySequence<byte> text = line.Slice(1);
        if (mark == '=')
        {
            output.Write("--\n"u8);
            return;
        }
        if (prefix.Length > 0)
        {
            output.Write(prefix);
            output.Write([mark]);
        }
        foreach (ReadOnlyMemory<byte> part in text)
            output.Write(part.Span);
        output.Write("\n"u8);
    }
}
