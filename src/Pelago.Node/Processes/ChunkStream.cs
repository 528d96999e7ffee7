// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Threading.Channels;

namespace Pelago.Node.Processes;

/// <summary>Reads the byte arrays of a channel as one stream, which ends when the channel is completed.</summary>
internal sealed class ChunkStream(ChannelReader<byte[]> chunks, Action? onDispose) : Stream
{
    private ReadOnlyMemory<byte> _current;

    public override bool CanRead => true;
    public override bool CanWrite => false;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current.IsEmpty)
        {
            if (!await chunks.WaitToReadAsync(cancellationToken))
                return 0;
            if (chunks.TryRead(out byte[]? next))
                _current = next;
        }
        int count = Math.Min(buffer.Length, _current.Length);
        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous reads");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            onDispose?.Invoke();
        base.Dispose(disposing);
    }
}
