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
            """);
        command.Arguments.Add(files);
        var tasks = new TaskCommand(command, new TaskOptions(takenLetters: "niA"));
        tasks.OfferPaths(files, logs: true);
        command.Arguments.Insert(0, pattern);
        letters.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            LineQuery query = letters.Read(parsed, parsed.GetRequiredValue(pattern));
            if (LineFilter.Of(query, new ArrayBufferWriter<byte>(), out string? error) is null)
                throw new CliException(error!, ExitCode.Usage);
            long matches = 0;
            int code = await tasks.EachAsync(
                parsed, CatCommand.WordsOf(parsed.GetValue(files)), hasHeaders: false,
                async (access, source, turn, running) =>
                {
                    string prefix = (source.IsOneOfMany || parsed.GetValue(files) is { Length: > 1 }) && !tasks.IsQuiet(parsed) ? source.Title : "";
                    Interlocked.Add(ref matches, await PrintAsync(access, source, query, prefix, turn, running));
                },
                cancel);
            // As grep: nothing found is a 1, and here also what says that some could not be searched.
            return code == ExitCode.Done && matches == 0 ? ExitCode.Failed : code;
        });
        return command;
    }

    private static async Task<long> PrintAsync(ITaskFiles files, TaskSource source, LineQuery query, string prefix, Turns.Turn turn, CancellationToken cancel)
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
                return await EndAsync(last, source, query, prefix, turn);
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

    private static async Task<long> EndAsync(string last, TaskSource source, LineQuery query, string prefix, Turns.Turn turn)
    {
        string[] words = last.Split(' ');
        if (!long.TryParse(words[0], out long count))
            throw new IOException("what came is no answer of a search");
        if (query.CountOnly)
            await turn.WriteAsync(Encoding.UTF8.GetBytes($"{(prefix.Length > 0 ? prefix + ":" : "")}{count}\n"));
        else if (words.Length > 1 && count > 0)
            await turn.WriteAsync(Encoding.UTF8.GetBytes($"Binary file {source.Title} matches (-a shows the lines)\n"));
        return count;
    }
}
