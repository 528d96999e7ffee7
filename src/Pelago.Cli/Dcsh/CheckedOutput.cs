// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.IO.Hashing;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// One stream of a run on its way out: counted and summed as POSIX <c>cksum</c> does, so that what arrived can be compared with what was sent. A reader
/// that went away is told once, and so is a disk that is full; the bytes are counted on.
/// </summary>
internal sealed class CheckedOutput(Stream target, Action readerGone) : Stream
{
    private static readonly Crc32ParameterSet Posix = Crc32ParameterSet.Create(0x04C11DB7, 0, 0, reflectValues: false);
    private readonly Crc32 _sum = new(Posix);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _awaited = long.MaxValue;
    private bool _isGone;

    public long Count { get; private set; }

    /// <summary>Why what came could not be written, though somebody wanted it; null: it was.</summary>
    public IOException? Fault { get; private set; }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Done when so many bytes have come. Asked once.</summary>
    public Task Reached(long count)
    {
        lock (_gate)
        {
            _awaited = count;
            if (Count >= count)
                _reached.TrySetResult();
        }

        return _reached.Task;
    }

    /// <summary>The sum over the bytes and then over their number, lowest byte first, as far as it has any.</summary>
    public uint Checksum()
    {
        Crc32 whole = _sum.Clone();
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, Count);
        whole.Append(length[..((64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Count) + 7) / 8)]);
        return ~whole.GetCurrentHashAsUInt32();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _sum.Append(buffer.Span);
        try
        {
            // Once taken it is written whole: what is out and not counted would come again where the run is taken up.
            if (!_isGone)
                await target.WriteAsync(buffer, CancellationToken.None);
        }
        catch (IOException fault)
        {
            _isGone = true;
            if (!StandardStreams.IsReaderGone(fault))
                Fault = fault;
            readerGone();
        }

        lock (_gate)
        {
            Count += buffer.Length;
            if (Count >= _awaited)
                _reached.TrySetResult();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
