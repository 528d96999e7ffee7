// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using Pelago.Node.Logs;

namespace Pelago.Node.Containerd.Streams;

/// <summary>
/// One output of an attached container. containerd connects it some time after it has answered, and nothing tells when: until the connection has brought
/// something whose place in the container's log is known, what is read is the log. Both get the same bytes, the connection at once and from an unknown place
/// on, the log in whole lines. Where a container ends before that, its log has everything. Lost is only the beginning of a line that was begun before the
/// connection and goes on after it.
/// </summary>
/// <param name="isWritten">Whether containerd still has a log file open: it writes the last lines a moment after the container has ended.</param>
internal sealed class AttachedOutput(PipeReader live, LoggedOutput log, Func<string, bool> isWritten, Task exit, TimeProvider time) : ForwardStream
{
    private const int MostHeld = 32 * 1024;
    private const int MostCompared = 4 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // So that the log has the line too, and lines that are alike are counted.
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly Stream _live = live.AsStream();
    private ReadOnlyMemory<byte> _logged;
    private long? _heldSince;
    private long? _exitSince;
    private long _told;
    private Source _source = Source.Log;

    private enum Source
    {
        Log,
        Connection,
        None,
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_logged.IsEmpty && _source == Source.Log)
        {
            // In this order: what was written before the end is read after it.
            bool isLast = HasEnded();
            _logged = log.ReadMore();
            if (!_logged.IsEmpty)
                break;
            if (isLast ? End() : TryConnect())
                continue;
            await PauseAsync(cancellationToken);
        }
        if (!_logged.IsEmpty)
        {
            int count = Math.Min(buffer.Length, _logged.Length);
            _logged[..count].CopyTo(buffer);
            _logged = _logged[count..];
            return count;
        }
        return _source == Source.None ? 0 : await ReadConnectionAsync(buffer, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        log.Dispose();
        await _live.DisposeAsync();
        await base.DisposeAsync();
    }

    private async ValueTask<int> ReadConnectionAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        while (_told > 0)
        {
            int again = await _live.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _told)], cancel);
            if (again == 0)
                return 0;
            _told -= again;
        }
        return await _live.ReadAsync(buffer, cancel);
    }

    private async Task PauseAsync(CancellationToken cancel)
    {
        Task pause = Task.Delay(Pause, time, cancel);
        await (exit.IsCompleted ? pause : Task.WhenAny(pause, exit));
        cancel.ThrowIfCancellationRequested();
    }

    private bool HasEnded()
    {
        if (!exit.IsCompleted)
            return false;
        _exitSince ??= time.GetTimestamp();
        return log.File is not { } file || !isWritten(file) || time.GetElapsedTime(_exitSince.Value) > Patience;
    }

    /// <summary>The container has ended, and the log is read to its end.</summary>
    private bool End()
    {
        if (log.IsWhole)
        {
            // Whoever receives must not wait for a reader.
            live.Complete();
            _source = Source.None;
            return true;
        }
        return live.TryRead(out ReadResult now) ? GoOn(now.Buffer, isLast: true) : Follow(told: 0);
    }

    /// <summary>Goes on with the connection when it has brought something that the log has too, or that no log has yet.</summary>
    private bool TryConnect()
    {
        if (!live.TryRead(out ReadResult now))
            return false;
        // One that has broken brings no more than the log.
        if (now.IsCompleted)
        {
            live.AdvanceTo(now.Buffer.Start);
            return false;
        }
        _heldSince ??= time.GetTimestamp();
        TimeSpan waited = time.GetElapsedTime(_heldSince.Value);
        if (waited >= Settles || now.Buffer.Length >= MostHeld)
            return GoOn(now.Buffer, isLast: waited > Patience);
        live.AdvanceTo(now.Buffer.Start);
        return false;
    }

    private bool GoOn(ReadOnlySequence<byte> held, bool isLast)
    {
        long? told = Told(held.ToArray(), isLast);
        live.AdvanceTo(held.Start);
        return told is { } count && Follow(count);
    }

    private bool Follow(long told)
    {
        log.Dispose();
        (_source, _told) = (Source.Connection, told);
        return true;
    }

    /// <summary>How much of what the connection brings the log has told; null when the log is behind.</summary>
    private long? Told(ReadOnlySpan<byte> held, bool isLast)
    {
        ReadOnlySpan<byte> known = log.Kept.Span;
        int lines = held.LastIndexOf((byte)'\n') + 1;
        if (lines > 0)
        {
            ReadOnlySpan<byte> end = held[Math.Max(0, lines - MostCompared)..lines];
            int at = known.LastIndexOf(end);
            if (at >= 0)
                return lines + (known.Length - (at + end.Length));
            if (!isLast)
                return null;
        }
        return known.Length - EarlyOutput.Missed(log.Kept, held).Length;
    }
}
