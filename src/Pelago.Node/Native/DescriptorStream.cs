// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>
/// A pipe, FIFO or terminal as a stream that waits without a thread. One reader and one writer at a time. It owns the descriptor.
/// A terminal whose other side is closed reads as the end (EIO).
/// </summary>
internal sealed class DescriptorStream : Stream, IReadiness
{
    private readonly EventLoop _loop;
    private readonly SafeFileHandle _file;
    private readonly EventLoop.Registration _registration;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reader;
    private TaskCompletionSource? _writer;
    private bool _closed;

    public DescriptorStream(EventLoop loop, SafeFileHandle file)
    {
        _loop = loop;
        _file = file;
        Descriptors.MakeNonBlocking(file);
        _registration = loop.Add(file, LibC.EpollOneShot, this);
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public SafeFileHandle File => _file;

    public void OnReady(uint events)
    {
        TaskCompletionSource? reader = null;
        TaskCompletionSource? writer = null;
        lock (_gate)
        {
            if ((events & (LibC.EpollIn | LibC.EpollHangUp | LibC.EpollError)) != 0)
                (reader, _reader) = (_reader, null);
            if ((events & (LibC.EpollOut | LibC.EpollHangUp | LibC.EpollError)) != 0)
                (writer, _writer) = (_writer, null);
            if (!_closed && (_reader is not null || _writer is not null))
                _loop.Arm(_registration, Wanted());
        }
        reader?.TrySetResult();
        writer?.TrySetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(buffer.Span, out int count))
                return count;
            await WaitAsync(reading: true, cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int written = TryWrite(buffer.Span);
            buffer = buffer[written..];
            if (!buffer.IsEmpty)
                await WaitAsync(reading: false, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous reads");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous writes");
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        TaskCompletionSource? reader;
        TaskCompletionSource? writer;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            (reader, _reader) = (_reader, null);
            (writer, _writer) = (_writer, null);
        }
        _loop.Remove(_registration);
        _file.Dispose();
        reader?.TrySetException(new ObjectDisposedException(nameof(DescriptorStream)));
        writer?.TrySetException(new ObjectDisposedException(nameof(DescriptorStream)));
        base.Dispose(disposing);
    }

    private unsafe bool TryRead(Span<byte> buffer, out int count)
    {
        nint result;
        fixed (byte* start = buffer)
            result = LibC.Read(_file, start, buffer.Length);
        count = (int)Math.Max(result, 0);
        if (result >= 0)
            return true;
        return Marshal.GetLastPInvokeError() switch
        {
            LibC.EAGAIN => false,
            LibC.EINTR => TryRead(buffer, out count),
            LibC.EIO => true,
            _ => throw Descriptors.Failure("read from a pipe"),
        };
    }

    private unsafe int TryWrite(ReadOnlySpan<byte> buffer)
    {
        nint result;
        fixed (byte* start = buffer)
            result = LibC.Write(_file, start, buffer.Length);
        if (result >= 0)
            return (int)result;
        return Marshal.GetLastPInvokeError() switch
        {
            LibC.EAGAIN => 0,
            LibC.EINTR => TryWrite(buffer),
            _ => throw Descriptors.Failure("write to a pipe"),
        };
    }

    private uint Wanted() => LibC.EpollOneShot | (_reader is null ? 0 : LibC.EpollIn) | (_writer is null ? 0 : LibC.EpollOut);

    private async Task WaitAsync(bool reading, CancellationToken cancel)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (reading)
                _reader = ready;
            else
                _writer = ready;
            _loop.Arm(_registration, Wanted());
        }
        await using CancellationTokenRegistration stop = cancel.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), ready);
        await ready.Task;
    }
}
