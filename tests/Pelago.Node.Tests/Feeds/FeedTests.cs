// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.IO;
using System.Text;
using CsCheck;
using Pelago.Kube.Lines;
using Pelago.Node.Feeds;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Feeds;

public sealed class FeedTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private enum Step
    {
        WriteLine,
        WritePiece,
        Rotate,
        Restart,
        Read,
        Reconnect,
        LoseTheLastPieces,
    }

    private static readonly Gen<Step[]> Steps = Gen.OneOf(Enum.GetValues<Step>()).Array[0, 60];

    [Fact]
    public Task Log_comes_once_and_in_order_whatever_is_rotated_restarted_and_broken_off() => Steps.SampleAsync(
        async steps =>
        {
            using var directory = new TemporaryDirectory();
            var reader = new Reader(() => new LogFeedFiles(directory.Path), new LogQuery());
            var written = new StringBuilder();
            (int attempt, int number) = (0, 0);
            foreach (Step step in steps)
            {
                string current = directory[$"{attempt}.log"];
                switch (step)
                {
                    case Step.WriteLine or Step.WritePiece:
                        string text = $"line {++number}{(step == Step.WriteLine ? "\n" : " ")}";
                        Append(current, text);
                        written.Append(text);
                        break;
                    case Step.Rotate when File.Exists(current):
                        File.Move(current, $"{current}.{Start.AddSeconds(++number):yyyyMMdd-HHmmss}");
                        break;
                    case Step.Restart:
                        attempt++;
                        break;
                    default:
                        await reader.TakeAsync(step == Step.Read ? null : step == Step.LoseTheLastPieces ? 2 : 0);
                        break;
                }
            }
            await reader.TakeAsync(null);

            // What a container left unfinished and its successor goes on with is one line to a reader of both.
            Assert.Equal(written.ToString(), reader.Text);
            reader.Dispose();
        },
        iter: 300, threads: 1);

    [Fact]
    public Task File_comes_once_and_in_order_whatever_it_is_rotated_to() => Steps.SampleAsync(
        async steps =>
        {
            using var directory = new TemporaryDirectory();
            string path = directory["app.log"];
            File.WriteAllText(path, "");
            using var reader = new Reader(() => Plain(directory.Path, "app.log"), null);
            var written = new StringBuilder();
            int number = 0;
            foreach (Step step in steps)
            {
                switch (step)
                {
                    case Step.WriteLine or Step.WritePiece:
                        string text = $"line {++number}{(step == Step.WriteLine ? "\n" : " ")}";
                        File.AppendAllText(path, text);
                        File.SetLastWriteTimeUtc(path, Start.UtcDateTime.AddSeconds(number));
                        written.Append(text);
                        break;
                    case Step.Rotate or Step.Restart when File.Exists(path):
                        File.Move(path, $"{path}.{++number:D4}");
                        File.WriteAllText(path, "");
                        File.SetLastWriteTimeUtc(path, Start.UtcDateTime.AddSeconds(++number));
                        break;
                    default:
                        await reader.TakeAsync(step == Step.Read ? null : step == Step.LoseTheLastPieces ? 2 : 0);
                        break;
                }

                // A file that was rotated before anybody read of it is none that is followed.
                if (reader.Text.Length == 0)
                    await reader.TakeAsync(null);
            }
            await reader.TakeAsync(null);

            Assert.Equal(written.ToString(), reader.Text);
        },
        iter: 300, threads: 1);

    [Fact]
    public async Task File_that_is_cut_while_it_is_followed_begins_anew_and_says_so()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["file"], "one\ntwo\n", Cancel);
        using var reader = new Reader(() => Plain(directory.Path, "file"), null);
        await reader.TakeAsync(null);
        await File.WriteAllTextAsync(directory["file"], "new\n", Cancel);
        await reader.TakeAsync(null);

        Assert.Equal("one\ntwo\nnew\n", reader.Text);
        Assert.Equal("-t", reader.Flags);
    }

    [Fact]
    public async Task File_that_was_written_anew_between_two_connections_is_told_from_the_old_one()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["file"], "one\n", Cancel);
        using var reader = new Reader(() => Plain(directory.Path, "file"), null);
        await reader.TakeAsync(null);
        await using (var file = new FileStream(directory["file"], FileMode.Truncate))
            await file.WriteAsync("other\nand longer\n"u8.ToArray(), Cancel);
        await reader.TakeAsync(0);

        Assert.Equal("one\nother\nand longer\n", reader.Text);
        Assert.Equal("-t", reader.Flags);
    }

    [Fact]
    public async Task What_was_rotated_away_before_it_was_read_is_a_gap_that_is_told()
    {
        using var directory = new TemporaryDirectory();
        using var reader = new Reader(() => new LogFeedFiles(directory.Path), new LogQuery());
        Append(directory["0.log"], "one\n");
        await reader.TakeAsync(null);
        Append(directory["0.log"], "lost\n");
        reader.Leave();
        File.Delete(directory["0.log"]);
        Append(directory["0.log"], "three\n");
        await reader.TakeAsync(0);

        Assert.Equal("one\nthree\n", reader.Text);
        Assert.Equal("-g", reader.Flags);
    }

    /// <summary>A reader that takes nothing for so long that rotation has dropped the file it holds, and more after it.</summary>
    [Fact]
    public async Task What_was_rotated_away_behind_a_slow_reader_is_a_gap_that_is_told()
    {
        using var directory = new TemporaryDirectory();
        using var reader = new Reader(() => new LogFeedFiles(directory.Path), new LogQuery());
        Append(directory["0.log"], "one\n");
        await reader.TakeAsync(null);
        Append(directory["0.log"], "two\n");
        File.Delete(directory["0.log"]);
        Append(directory["0.log"], "four\n");
        await reader.TakeAsync(null);

        Assert.Equal("one\ntwo\nfour\n", reader.Text);
        Assert.Equal("--g", reader.Flags);
    }

    [Theory]
    [InlineData("a\nb\nc\n", TextSide.Last, 2, false, "b\nc\n")]
    [InlineData("a\nb\nc", TextSide.Last, 2, false, "b\nc")]
    [InlineData("a\nb\n", TextSide.Last, 9, false, "a\nb\n")]
    [InlineData("a\n", TextSide.Last, 0, false, "")]
    [InlineData("", TextSide.Last, 3, false, "")]
    [InlineData("\n\n\n", TextSide.Last, 2, false, "\n\n")]
    [InlineData("one\ntwo\n", TextSide.Last, 6, true, "e\ntwo\n")]
    [InlineData("one\ntwo\n", TextSide.Last, 4, true, "two\n")]
    [InlineData("one\ntwo", TextSide.Last, 1, true, "o")]
    [InlineData("one\n", TextSide.Last, 99, true, "one\n")]
    [InlineData("one\n", TextSide.Last, 0, true, "")]
    [InlineData("one\ntwo\n", TextSide.AllButFirst, 0, false, "one\ntwo\n")]
    [InlineData("one\ntwo\n", TextSide.AllButFirst, 1, false, "two\n")]
    [InlineData("one\ntwo\n", TextSide.AllButFirst, 9, false, "")]
    [InlineData("one\ntwo\n", TextSide.AllButFirst, 5, true, "wo\n")]
    [InlineData("one\ntwo\n", TextSide.AllButFirst, 99, true, "")]
    public async Task Part_is_where_one_begins(string text, TextSide side, int count, bool isBytes, string expected)
    {
        var part = new TextPart(side, count, isBytes);
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["file"], text, Cancel);
        if (text.Length > 0)
            Append(directory["3.log"], text);
        using var plain = new Reader(() => Plain(directory.Path, "file"), null, part);
        using var log = new Reader(() => new LogFeedFiles(directory.Path), new LogQuery(), part);
        await plain.TakeAsync(null);
        await log.TakeAsync(null);

        Assert.Equal(expected, plain.Text);
        Assert.Equal(expected, log.Text);
    }

    [Theory]
    [InlineData(TextSide.Last, true)]
    [InlineData(TextSide.AllButFirst, true)]
    [InlineData(TextSide.AllButFirst, false)]
    public async Task Part_of_a_log_goes_over_its_rotated_files_and_pieces_of_lines(TextSide side, bool isBytes)
    {
        using var directory = new TemporaryDirectory();
        string text = "";
        foreach (string[] file in (string[][])[["one\n", "tw"], ["o\n", "three ", "three\n"], ["four\n", "five"]])
        {
            if (text.Length > 0)
                File.Move(directory["0.log"], $"{directory["0.log"]}.{Start.AddSeconds(text.Length):yyyyMMdd-HHmmss}");
            foreach (string piece in file)
                Append(directory["0.log"], piece);
            text += string.Concat(file);
        }

        for (int count = 0; count <= text.Length + 1; count++)
        {
            using var log = new Reader(() => new LogFeedFiles(directory.Path), new LogQuery(), new TextPart(side, count, isBytes));
            await log.TakeAsync(null);

            var cut = new TextCut(new TextPart(side, count, isBytes));
            string expected = Encoding.UTF8.GetString(cut.Push(Encoding.UTF8.GetBytes(text)).Span) + Encoding.UTF8.GetString(cut.End().Span);
            Assert.Equal(expected, log.Text);
        }
    }

    [Fact]
    public async Task What_is_written_later_is_not_left_out_and_no_place_is_told_before_the_part()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["file"], "one\ntwo\n", Cancel);
        using var reader = new Reader(() => Plain(directory.Path, "file"), null, new TextPart(TextSide.AllButFirst, 5, IsBytes: false));

        await reader.TakeAsync(null);
        Assert.Equal("", reader.Flags);
        await File.AppendAllTextAsync(directory["file"], "three\n", Cancel);
        await reader.TakeAsync(null);

        Assert.Equal("three\n", reader.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("0.1.2.ffffffffffffffff.0.0")]
    [InlineData("0.1.2.3.4.9")]
    [InlineData("0.1.2.3.4.x")]
    [InlineData("0.1.2.3.4.0.0")]
    public void Position_that_nobody_gave_out_is_none(string text) => Assert.False(FeedPosition.TryParse(text, out _));

    private static PlainFeedFiles Plain(string directory, string name) => new(BeneathPath.Open(directory, "."), name, () => BeneathPath.Open(directory, name));

    private static void Append(string log, string text)
    {
        var records = new ArrayBufferWriter<byte>();
        CriLogFormat.Encode(Encoding.UTF8.GetBytes(text), LogStream.Stdout, Start, records);
        using var file = new FileStream(log, FileMode.Append);
        file.Write(records.WrittenSpan);
    }

    /// <summary>Reads as a client does: what it has taken whole counts, and from there it goes on.</summary>
    private sealed class Reader(Func<IFeedFiles> open, LogQuery? records, TextPart? part = null) : IDisposable
    {
        private readonly List<(string Position, string Text)> _pieces = [];
        private readonly MemoryStream _output = new();
        private Feed? _feed;

        public string Text => string.Concat(_pieces.Select(piece => piece.Text));

        public string Flags { get; private set; } = "";

        /// <param name="lose">Null: over the same connection; else over another one, after so many pieces of the last one were lost on their way.</param>
        public async Task TakeAsync(int? lose)
        {
            if (lose is { } lost && _feed is not null)
            {
                Leave();
                int kept = Math.Min(_pieces.Count, Math.Max(1, _pieces.Count - lost));
                _pieces.RemoveRange(kept, _pieces.Count - kept);
            }
            if (_feed is null)
            {
                _feed = new Feed(open(), records, new FeedWriter(_output));
                if (_pieces.Count > 0 && FeedPosition.TryParse(_pieces[^1].Position, out FeedPosition position))
                    _feed.BeginAt(position);
                else
                    _feed.BeginWith(part, allAttempts: true);
            }
            await _feed.DrainAsync(Cancel);
            Parse();
        }

        public void Leave()
        {
            _feed?.Dispose();
            _feed = null;
        }

        public void Dispose()
        {
            Leave();
            _output.Dispose();
        }

        private void Parse()
        {
            string all = Encoding.UTF8.GetString(_output.ToArray());
            while (all.Length > 0)
            {
                int end = all.IndexOf('\n', StringComparison.Ordinal);
                string[] header = all[..end].Split(' ');
                int length = int.Parse(header[1], CultureInfo.InvariantCulture);
                _pieces.Add((header[0], all.Substring(end + 1, length)));
                Flags += header[2];
                all = all[(end + 1 + length)..];
            }
            _output.SetLength(0);
        }
    }
}
