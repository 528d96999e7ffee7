// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Tests.Serving.Spdy;

/// <summary>A connection whose client has said everything already: it is read in given pieces, and what is written to it is kept.</summary>
internal sealed class ScriptedStream(byte[] said, IReadOnlyList<int>? cuts = null) : Stream
{
    private readonly MemoryStream _written = new();
    private int _at;
    private int _reads;

    public byte[] Written => _written.ToArray();

    /// <summary>How many bytes were taken from the client.</summary>
    public int Taken => _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int wanted = cuts is { Count: > 0 } ? cuts[_reads++ % cuts.Count] : int.MaxValue;
        int count = Math.Min(Math.Min(wanted, buffer.Length), said.Length - _at);
        said.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _written.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
