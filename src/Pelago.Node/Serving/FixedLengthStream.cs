// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Serving;

/// <summary>A file as long as it was when it was opened: an answer's length is said before its bytes, and a file that is written to grows meanwhile.</summary>
internal sealed class FixedLengthStream(FileStream file) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length { get; } = file.Length;

    /// <summary>Somebody has made the file shorter while it was read.</summary>
    public bool WasCut { get; private set; }

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int wanted = Left(count);
        return Seen(file.Read(buffer, offset, wanted), wanted);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = Left(buffer.Length);
        return Seen(await file.ReadAsync(buffer[..wanted], cancellationToken), wanted);
    }

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(origin == SeekOrigin.End ? Length + offset : offset, origin == SeekOrigin.End ? SeekOrigin.Begin : origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private int Seen(int read, int wanted)
    {
        WasCut |= read == 0 && wanted > 0;
        return read;
    }

    private int Left(int count) => (int)Math.Clamp(Length - file.Position, 0, count);
}
