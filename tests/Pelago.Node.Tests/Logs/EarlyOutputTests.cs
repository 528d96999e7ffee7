// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using CsCheck;
using Pelago.Node.Logs;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Logs;

/// <summary>What was printed before somebody attached.</summary>
public sealed class EarlyOutputTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("", "", "")]
    [InlineData("a\nb\n", "", "a\nb\n")]
    [InlineData("a\nb\n", "b\n", "a\n")]
    [InlineData("a\nb\n", "a\nb\n", "")]
    [InlineData("a\n", "a\nb\n", "")]
    [InlineData("a\nb\n", "b\nc\n", "a\n")]
    [InlineData("a\nb\n", "c\n", "a\nb\n")]
    public void What_came_over_the_connection_is_not_missed(string logged, string live, string missed) =>
        Assert.Equal(missed, Encoding.UTF8.GetString(EarlyOutput.Missed(Encoding.UTF8.GetBytes(logged), Encoding.UTF8.GetBytes(live)).Span));

    [Fact]
    public void Missed_and_live_are_the_whole_when_no_line_comes_twice() => Gen.Select(Gen.Int[0, 50], Gen.Int[0, 50], Gen.Int[0, 50]).Sample((lines, one, other) =>
    {
        int attached = Math.Min(one, lines), logged = Math.Clamp(other, attached, lines);
        byte[] live = Lines(attached, lines);
        byte[] seen = [.. EarlyOutput.Missed(Lines(0, logged), live).Span, .. live];
        return seen.AsSpan().SequenceEqual(Lines(0, lines));
    });

    [Fact]
    public void Only_a_container_that_has_started_just_now_is_replayed()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;

        Assert.True(EarlyOutput.IsWanted(now - TimeSpan.FromSeconds(9), now));
        Assert.False(EarlyOutput.IsWanted(now - TimeSpan.FromSeconds(10), now));
        Assert.False(EarlyOutput.IsWanted(null, now));
    }

    [Fact]
    public void The_log_gives_whole_records_of_one_stream()
    {
        string log = _home["0.log"];
        File.WriteAllText(log, $"{Time} stdout F one\n{Time} stderr F bad\n{Time} stdout P tw\n{Time} stdout F o\n{Time} stdout F th");

        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(EarlyOutput.Read(log, LogStream.Stdout)));
        Assert.Equal("bad\n", Encoding.UTF8.GetString(EarlyOutput.Read(log, LogStream.Stderr)));
    }

    [Fact]
    public void What_prints_much_is_not_replayed()
    {
        string log = _home["0.log"];
        File.WriteAllText(log, string.Concat(Enumerable.Repeat($"{Time} stdout F {new string('x', 1000)}\n", 100)));

        Assert.Empty(EarlyOutput.Read(log, LogStream.Stdout));
        Assert.Empty(EarlyOutput.Read(_home["absent.log"], LogStream.Stdout));
    }

    private const string Time = "2026-01-02T03:04:05.123456789Z";

    private static byte[] Lines(int from, int to) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(from, to - from).Select(number => $"line {number}\n")));
}
