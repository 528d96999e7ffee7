// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// Lets one header stand on several lines. HttpClient writes all values of a header into one, with commas; servers that read X-Remote-Group take
/// the whole line for one group. So the values are joined by <see cref="LineBreak"/> instead, and this stream below the HTTP/1.1 connection turns
/// it into a real line break.
/// </summary>
/// <remarks>The mark holds 128 random bits of this process, so no client can put it into a header or a body.</remarks>
internal sealed class HeaderLineStream(Stream inner) : Stream
{
    public static readonly string LineBreak = $"\u0001{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes(LineBreak);
    private static readonly byte[] RealBreak = "\r\n"u8.ToArray();

    // the first bytes of a mark whose rest may come with the next write
    private int _held;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_held > 0)
            buffer = Prepend(buffer);
        int at;
        while ((at = buffer.Span.IndexOf(Mark)) >= 0)
        {
            await inner.WriteAsync(buffer[..at], cancellationToken);
            await inner.WriteAsync(RealBreak, cancellationToken);
            buffer = buffer[(at + Mark.Length)..];
        }

        _held = BeginningOfMark(buffer.Span);
        if (buffer.Length > _held)
            await inner.WriteAsync(buffer[..^_held], cancellationToken);
    }

    /// <summary>A head is written whole before it is flushed: what looks like a beginning then belongs to a body.</summary>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_held > 0)
            await inner.WriteAsync(Mark.AsMemory(0, _held), cancellationToken);
        _held = 0;
        await inner.FlushAsync(cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private byte[] Prepend(ReadOnlyMemory<byte> buffer)
    {
        byte[] joined = new byte[_held + buffer.Length];
        Mark.AsSpan(0, _held).CopyTo(joined);
        buffer.Span.CopyTo(joined.AsSpan(_held));
        return joined;
    }

    private static int BeginningOfMark(ReadOnlySpan<byte> buffer)
    {
        // the first byte of a mark occurs in it once
        int at = buffer.LastIndexOf(Mark[0]);
        ReadOnlySpan<byte> tail = at < 0 ? [] : buffer[at..];
        return tail.Length < Mark.Length && Mark.AsSpan().StartsWith(tail) ? tail.Length : 0;
    }
}
