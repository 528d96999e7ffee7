// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// The words between this client and the keeper of a run: lines over an exec of their own. While it is open the keeper is told every few seconds that
/// somebody is there.
/// </summary>
internal sealed class ControlChannel : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(4);
    private readonly Pipe _words = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RunEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ExecSession _session;
    private Task _running = Task.CompletedTask;

    private ControlChannel(ExecSession session) => _session = session;

    /// <summary>The keeper has made what the streams need.</summary>
    public Task Ready => _ready.Task;

    /// <summary>How the run ended; fails with <see cref="LostRunException"/> when the channel breaks before.</summary>
    public Task<RunEnd> End => _end.Task;

    /// <param name="isFirst">This client is to begin the run, or has begun it: others are refused for as long as it is there.</param>
    public static async Task<ControlChannel> OpenAsync(RunPlace place, bool isFirst, CancellationToken cancel)
    {
        ExecSession session = await place.ExecAsync(RemoteScripts.Control, [isFirst ? "1" : "0"], stdin: true, terminal: false, cancel);
        var channel = new ControlChannel(session);
        channel._running = Task.WhenAll(channel.ListenAsync(), channel.BeatAsync());
        return channel;
    }

    public async Task SayAsync(string line)
    {
        await _writing.WaitAsync();
        try
        {
            await _words.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), _closed.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            // It is closed: who waits for the end hears of that.
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _session.DisposeAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed.Dispose();
    }

    private async Task ListenAsync()
    {
        var heard = new Pipe();
        Task reading = ReadAsync(heard.Reader);
        string why = "the connection ended";
        try
        {
            await using Stream told = heard.Writer.AsStream();
            ExecOutcome outcome = await _session.CopyAsync(_words.Reader.AsStream(), told, Stream.Null, _closed.Token);
            why = outcome.Error?.Message ?? why;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            why = e.Message;
        }

        await reading;
        _ready.TrySetException(new LostRunException(why));
        _end.TrySetException(new LostRunException(why));
        // Nobody may be waiting for either.
        _ = _ready.Task.Exception;
        _ = _end.Task.Exception;
    }

    private async Task ReadAsync(PipeReader heard)
    {
        using var lines = new StreamReader(heard.AsStream());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line == "ready")
                _ready.TrySetResult();
            else if (RunEnd.TryParse(line, out RunEnd? end))
                _end.TrySetResult(end);
        }
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(_closed.Token))
                await SayAsync("beat");
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }
}

/// <summary>The cluster or the way to it is gone, and with it what became of the run.</summary>
internal sealed class LostRunException(string message) : Exception(message);

/// <summary>What the keeper says at the end: <c>end CODE SUM BYTES SUM BYTES [late]</c>, of standard output and then of standard error.</summary>
internal sealed record RunEnd(int Code, uint OutSum, long OutBytes, uint ErrSum, long ErrBytes, bool IsLate)
{
    public static bool TryParse(string line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RunEnd? end)
    {
        end = null;
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6 || words[0] != "end" || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int code))
            return false;
        if (!uint.TryParse(words[2], out uint outSum) || !long.TryParse(words[3], out long outBytes) || !uint.TryParse(words[4], out uint errSum) || !long.TryParse(words[5], out long errBytes))
            return false;
        end = new RunEnd(code, outSum, outBytes, errSum, errBytes, words.Length > 6 && words[6] == "late");
        return true;
    }
}
