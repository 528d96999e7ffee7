// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using CsCheck;
using Pelago.Client.Tasks;
using Xunit;

namespace Pelago.Client.Tests.Tasks;

public sealed class LogLinesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Several lines of one time, times that step back, and connections that begin again at a whole second and break, or end as if all had come, anywhere.</summary>
    [Fact]
    public void Each_line_comes_once_over_connections_that_begin_with_what_was_seen() =>
        Gen.Select(Gen.Int[0, 11].Array[1, 30], Gen.Int[0, 400].Array[0, 5], Gen.Int[1, 60], Gen.Bool).Sample((steps, breaks, piece, ends) =>
        {
            string[] log = Lines(steps);
            string position = "";
            var text = new StringBuilder();
            foreach (int stop in breaks.Append(int.MaxValue))
            {
                var lines = new LogLines(position, timestamps: false);
                lines.Begin();
                DateTimeOffset since = lines.Since is { } time ? DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds()) : DateTimeOffset.MinValue;
                byte[] answer = Encoding.UTF8.GetBytes(string.Concat(log.Where(line => DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture) >= since)));
                int length = Math.Min(stop, answer.Length);
                for (int i = 0; i < length; i += piece)
                    text.Append(Encoding.UTF8.GetString(lines.Take(answer.AsSpan(i, Math.Min(piece, length - i)), isLast: ends && i + piece >= length).Span));
                position = lines.Position;
            }

            Assert.Equal(string.Concat(log.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])), text.ToString());
        });

    /// <summary>containerd stamps lines of two streams before it writes them one after the other; a clock may be set back.</summary>
    [Fact]
    public void Times_that_step_back_lose_no_line()
    {
        var lines = new LogLines("", timestamps: false);
        lines.Begin();
        string first = Text(lines, "2026-01-02T03:04:05.000000003Z out\n2026-01-02T03:04:05.000000001Z err\n2026-01-01T00:00:00Z set back\nunable to retrieve container logs\n");
        lines.Begin();
        string second = Text(lines, "2026-01-02T03:04:05.000000003Z out\n2026-01-02T03:04:05.000000001Z err\n2026-01-02T03:04:05.000000004Z out again\n2026-01-02T03:04:05.000000002Z err again\n");

        Assert.Equal("out\nerr\nset back\nunable to retrieve container logs\n", first);
        Assert.Equal("out again\nerr again\n", second);
    }

    /// <summary>The one that was written later bears the lesser time.</summary>
    [Fact]
    public void A_line_that_steps_back_and_has_not_come_is_not_taken_for_one_that_has()
    {
        var lines = new LogLines("", timestamps: false);
        lines.Begin();
        string first = Text(lines, "2026-01-02T03:04:05.000000003Z out\n");
        lines = new LogLines(lines.Position, timestamps: false);
        lines.Begin();

        Assert.Equal("out\n", first);
        Assert.Equal("err\n", Text(lines, "2026-01-02T03:04:05.000000003Z out\n2026-01-02T03:04:05.000000001Z err\n"));
    }

    [Fact]
    public void A_line_of_which_a_part_has_come_goes_on_behind_it()
    {
        string line = "2026-01-02T03:04:05.000000001Z " + new string('a', 3 << 20) + "\n";
        var first = new LogLines("", timestamps: true);
        first.Begin();
        string begun = Text(first, line[..(2 << 20)]);
        var second = new LogLines(first.Position, timestamps: true);
        second.Begin();
        string rest = Text(second, line);
        var third = new LogLines(second.Position, timestamps: true);
        third.Begin();

        Assert.Equal(2 << 20, begun.Length);
        Assert.Equal(line.Length, begun.Length + rest.Length);
        Assert.Empty(Text(third, line));
    }

    [Fact]
    public void Last_line_without_a_newline_is_handed_out_at_the_end()
    {
        var lines = new LogLines("", timestamps: false);
        lines.Begin();

        Assert.Empty(lines.Take("2026-01-02T03:04:05.000000001Z unfinished"u8, isLast: false).ToArray());
        Assert.Equal("unfinished", Encoding.UTF8.GetString(lines.Take([], isLast: true).Span));
    }

    [Fact]
    public async Task Feed_is_read_piece_by_piece_and_its_end_must_be_said()
    {
        byte[] feed = Encoding.UTF8.GetBytes("0.1.2 3 -\na\nb0.1.3 0 -\n0.1.4 2 t\nxyend\n");

        Assert.Equal("a\nb|0.1.2|None,|0.1.3|None,xy|0.1.4|Cut", await ReadAsync(feed));
        for (int length = 0; length < feed.Length; length++)
            await Assert.ThrowsAsync<IOException>(() => ReadAsync(feed[..length]));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(Encoding.UTF8.GetBytes("a 99999999999 -\n")));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(new byte[1000]));
    }

    private static string Text(LogLines lines, string came) => Encoding.UTF8.GetString(lines.Take(Encoding.UTF8.GetBytes(came), isLast: false).Span);

    private static string[] Lines(int[] steps)
    {
        long time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).Ticks;
        return [.. steps.Select((step, i) =>
        {
            time += step / 3 * 4_000_000L;
            return $"{new DateTime(time - (step % 3 * 1_000_000L), DateTimeKind.Utc):yyyy-MM-dd'T'HH:mm:ss.fffffff}00Z line {i}\n";
        })];
    }

    private static async Task<string> ReadAsync(byte[] bytes)
    {
        var reader = new FeedReader(new MemoryStream(bytes));
        var pieces = new List<string>();
        while (await reader.NextAsync(Cancel) is { } piece)
            pieces.Add($"{Encoding.UTF8.GetString(piece.Text.Span)}|{piece.Position}|{piece.Change}");
        return string.Join(",", pieces);
    }
}
