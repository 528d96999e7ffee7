// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.Text;
using CsCheck;
using Pelago.Node.Logs;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Logs;

public sealed class LogReaderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TemporaryDirectory _home = new();
    private readonly LogSignals _signals = new(TimeProvider.System);

    private string Log => Path.Combine(_home.Path, "0.log");

    public void Dispose() => _home.Dispose();

    [Fact]
    public Task Tail_is_the_last_lines_however_the_log_is_cut_into_files_and_pieces() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 40].Array[0, 60], Gen.Int[0, 70], Gen.Int[1, 4], Gen.Int[1, 30]).SampleAsync(
            async (lines, tail, files, piece) =>
            {
                Write(lines, files, piece);
                string all = string.Concat(lines.Select(line => line + "\n"));

                Assert.Equal(all, await ReadAsync(new LogQuery()));
                Assert.Equal(string.Concat(lines.TakeLast(tail).Select(line => line + "\n")), await ReadAsync(new LogQuery { TailLines = tail }));
            },
            iter: 300, threads: 1);

    [Fact]
    public Task Tail_reaches_over_lines_that_are_longer_than_what_is_read_at_once() =>
        Gen.Select(Gen.Int[0, 150_000].Array[1, 6], Gen.Int[1, 6]).SampleAsync(
            async (lengths, tail) =>
            {
                string[] lines = [.. lengths.Select((length, i) => new string((char)('a' + i), length))];
                File.WriteAllBytes(Log, Records(string.Concat(lines.Select(line => line + "\n")), LogStream.Stdout));

                Assert.Equal(string.Concat(lines.TakeLast(tail).Select(line => line + "\n")), await ReadAsync(new LogQuery { TailLines = tail }));
            },
            iter: 50, threads: 1);

    [Fact]
    public async Task Unfinished_line_counts_as_one_and_is_shown_without_a_newline()
    {
        File.WriteAllBytes(Log, [.. Records("one\ntwo\nthr", LogStream.Stdout), .. Records("ee", LogStream.Stdout)]);

        Assert.Equal("one\ntwo\nthree", await ReadAsync(new LogQuery()));
        Assert.Equal("two\nthree", await ReadAsync(new LogQuery { TailLines = 2 }));
        Assert.Equal("three", await ReadAsync(new LogQuery { TailLines = 1 }));
    }

    [Fact]
    public async Task Time_stands_before_a_line_and_not_before_its_pieces()
    {
        File.WriteAllBytes(Log, [.. Records("a", LogStream.Stdout), .. Records("b\nc\n", LogStream.Stdout)]);

        Assert.Equal("2026-01-02T03:04:05.000000000Z ab\n2026-01-02T03:04:05.000000000Z c\n", await ReadAsync(new LogQuery { Timestamps = true }));
    }

    [Fact]
    public async Task Since_and_stream_and_limit_choose()
    {
        File.WriteAllBytes(
            Log, [.. Records("old\n", LogStream.Stdout), .. Records("new\n", LogStream.Stdout, Start.AddSeconds(10)), .. Records("bad\n", LogStream.Stderr, Start.AddSeconds(11))]);

        Assert.Equal("new\nbad\n", await ReadAsync(new LogQuery { Since = Start.AddSeconds(10) }));
        Assert.Equal("bad\n", await ReadAsync(new LogQuery { Stream = LogStream.Stderr }));
        Assert.Equal("old\nne", await ReadAsync(new LogQuery { LimitBytes = 6 }));
        Assert.Equal("new\n", await ReadAsync(new LogQuery { Stream = LogStream.Stdout, TailLines = 1 }));
    }

    [Fact]
    public async Task A_record_that_is_longer_than_what_is_read_at_once_does_not_end_the_log()
    {
        string huge = new('x', 150_000);
        File.WriteAllText(Log, $"2026-01-02T03:04:05.000000000Z stdout F {huge}\n2026-01-02T03:04:05.000000000Z stdout F next\n");

        Assert.Equal($"{huge}\nnext\n", await ReadAsync(new LogQuery()));
        Assert.Equal("", await ReadAsync(new LogQuery { Stream = LogStream.Stderr }));
    }

    [Fact]
    public async Task Log_that_does_not_exist_is_empty() => Assert.Equal("", await ReadAsync(new LogQuery { TailLines = 5 }));

    [Fact]
    public async Task Follower_gets_every_line_once_over_rotations_and_ends_with_the_container()
    {
        var ended = new TaskCompletionSource();
        var seen = new MemoryStream();
        File.WriteAllBytes(Log, Records("line 0\n", LogStream.Stdout));
        Task following = new LogReader(Log, new LogQuery { Follow = true }, _signals).WriteToAsync(seen, ended.Task, TestContext.Current.CancellationToken);

        for (int i = 1; i <= 500; i++)
        {
            if (i % 7 == 0)
                File.Move(Log, $"{Log}.20260102-030405.{i:D7}");
            using (FileStream log = new(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
                log.Write(Records($"line {i}\n", LogStream.Stdout));
            _signals.Notify(Log);
        }
        ended.SetResult();
        _signals.Notify(Log);
        await following.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(string.Concat(Enumerable.Range(0, 501).Select(i => $"line {i}\n")), Encoding.UTF8.GetString(seen.ToArray()));
    }

    private static byte[] Records(string text, LogStream stream, DateTimeOffset? at = null)
    {
        var output = new ArrayBufferWriter<byte>();
        CriLogFormat.Encode(Encoding.UTF8.GetBytes(text), stream, at ?? Start, output);
        return output.WrittenSpan.ToArray();
    }

    private void Write(string[] lines, int files, int piece)
    {
        foreach (string old in LogFiles.All(Log))
            File.Delete(old);
        // Pieces are cut without regard to lines, as a process's writes are; files are cut between pieces.
        string all = string.Concat(lines.Select(line => line + "\n"));
        string[] pieces = [.. all.Chunk(piece).Select(chunk => new string(chunk))];
        int each = (pieces.Length / files) + 1;
        for (int i = 0; i < files; i++)
        {
            string file = i == files - 1 ? Log : $"{Log}.20260102-030405.{i:D7}";
            File.WriteAllBytes(file, [.. pieces.Skip(i * each).Take(each).SelectMany(text => Records(text, LogStream.Stdout))]);
        }
    }

    private async Task<string> ReadAsync(LogQuery query)
    {
        var output = new MemoryStream();
        await new LogReader(Log, query, _signals).WriteToAsync(output, Task.CompletedTask, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
