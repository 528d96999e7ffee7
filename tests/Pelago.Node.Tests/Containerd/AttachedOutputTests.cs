// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using CsCheck;
using Pelago.Node.Containerd.Streams;
using Pelago.Node.Logs;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Output of a container whose connection is made late, beside a log that is written as containerd writes one.</summary>
public sealed class AttachedOutputTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _home = new();
    private readonly Pipe _live = new();
    private readonly TaskCompletionSource _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isWritten = true;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Log => _home["0.log"];

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_was_printed_before_the_connection_was_made_comes_first()
    {
        await using AttachedOutput output = Open();
        Write("one\ntwo\n");
        await _live.Writer.WriteAsync("two\n"u8.ToArray(), Cancel);

        Assert.Equal("one\ntwo\n", await ReadAsync(output, 8));

        await _live.Writer.WriteAsync("$ "u8.ToArray(), Cancel);
        Assert.Equal("$ ", await ReadAsync(output, 2));
    }

    [Fact]
    public async Task A_container_that_ends_before_the_connection_is_made_is_told_by_its_log()
    {
        await using AttachedOutput output = Open();
        Write("one\ntwo");
        await _live.Writer.CompleteAsync();
        _exit.SetResult();
        Task<string> all = ReadToEndAsync(output);
        Write("\nthree\n");
        _isWritten = false;

        Assert.Equal("one\ntwo\nthree\n", await all);
    }

    [Fact]
    public async Task Lines_that_are_alike_are_counted_when_the_container_ends_at_once()
    {
        await using AttachedOutput output = Open();
        Write("same\nsame\nsame\nend");
        await _live.Writer.WriteAsync("same\nend"u8.ToArray(), Cancel);
        await _live.Writer.CompleteAsync();
        _isWritten = false;
        _exit.SetResult();

        Assert.Equal("same\nsame\nsame\nend", await ReadToEndAsync(output));
    }

    [Fact]
    public async Task What_the_log_has_told_the_connection_does_not_tell_again()
    {
        await using AttachedOutput output = Open();
        Write("one\n");
        Assert.Equal("one\n", await ReadAsync(output, 4));

        await _live.Writer.WriteAsync("one\ntwo\nthr"u8.ToArray(), Cancel);
        Write("two\n");

        Assert.Equal("two\nthr", await ReadAsync(output, 7));
    }

    [Fact]
    public async Task Only_what_is_printed_from_now_on_is_told_of_a_container_that_runs_for_long()
    {
        Write("old\n");
        await using AttachedOutput output = Open(early: false);
        Write("new\n");
        _isWritten = false;
        _exit.SetResult();

        Assert.Equal("new\n", await ReadToEndAsync(output));
    }

    [Fact]
    public async Task One_stream_is_told_and_not_the_other()
    {
        await using AttachedOutput output = Open();
        Write("out\n");
        Write("bad\n", LogStream.Stderr);
        _isWritten = false;
        _exit.SetResult();

        Assert.Equal("out\n", await ReadToEndAsync(output));
    }

    [Fact]
    public async Task Without_a_log_the_connection_is_everything()
    {
        await using AttachedOutput output = Open();
        await _live.Writer.WriteAsync("one\n"u8.ToArray(), Cancel);
        await _live.Writer.CompleteAsync();
        _isWritten = false;
        _exit.SetResult();

        Assert.Equal("one\n", await ReadToEndAsync(output));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_it_brings_anything_loses_nothing()
    {
        await using AttachedOutput output = Open();
        await _live.Writer.CompleteAsync();
        Write("one\n");
        Assert.Equal("one\n", await ReadAsync(output, 4));
        Write("two\n");
        _isWritten = false;
        _exit.SetResult();

        Assert.Equal("two\n", await ReadToEndAsync(output));
    }

    [Fact]
    public Task Every_line_comes_once_and_in_order_wherever_the_connection_begins() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 400], Gen.Int[0, 400]).SampleAsync(
            async (lines, one, other) =>
            {
                string all = string.Concat(Enumerable.Range(0, lines).Select(line => $"line {line}\n"));
                int connected = Math.Min(one, lines), before = Math.Min(other, lines);
                File.Delete(Log);
                var live = new Pipe();
                await using AttachedOutput output = Open(live: live, exit: Task.Delay(Timeout.Infinite, Cancel));
                Write(Lines(0, before));
                await live.Writer.WriteAsync(Encoding.UTF8.GetBytes(Lines(connected, lines)), Cancel);
                Write(Lines(before, lines));

                Assert.Equal(all, await ReadAsync(output, all.Length));
                await live.Writer.WriteAsync("?"u8.ToArray(), Cancel);
                Assert.Equal("?", await ReadAsync(output, 1));
            },
            iter: 20, threads: 1);

    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from).Select(line => $"line {line}\n"));

    private static async Task<string> ReadAsync(Stream output, int count)
    {
        byte[] bytes = new byte[count];
        await output.ReadExactlyAsync(bytes, Cancel).AsTask().WaitAsync(Patience, Cancel);
        return Encoding.UTF8.GetString(bytes);
    }

    private static Task<string> ReadToEndAsync(Stream output) => new StreamReader(output).ReadToEndAsync(Cancel).WaitAsync(Patience, Cancel);

    private AttachedOutput Open(bool early = true, Pipe? live = null, Task? exit = null) =>
        new((live ?? _live).Reader, LoggedOutput.Open(Log, LogStream.Stdout, early), _ => _isWritten, exit ?? _exit.Task, TimeProvider.System);

    private void Write(string text, LogStream stream = LogStream.Stdout)
    {
        var records = new ArrayBufferWriter<byte>();
        if (text.Length > 0)
            CriLogFormat.Encode(Encoding.UTF8.GetBytes(text), stream, DateTimeOffset.UnixEpoch, records);
        using FileStream log = new(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        log.Write(records.WrittenSpan);
    }
}
