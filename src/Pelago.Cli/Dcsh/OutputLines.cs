// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// The output of one of several runs: whole lines, so that those of different runs do not mix, each behind a label where one is wanted. A line that
/// grows beyond a bound is cut into pieces.
/// </summary>
internal sealed class OutputLines(Stream target, SemaphoreSlim turn, byte[] label) : Stream
{
    private const int MostHeld = 64 << 10;
    private readonly ArrayBufferWriter<byte> _held = new();

    // Who began it may have left it, for nobody takes what is written: what is held is still its own.
    private volatile bool _isWriting;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What is taken is written, whatever is cancelled meanwhile: held lines would come twice where they are brought again.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _isWriting = true;
        try
        {
            int last = buffer.Span.LastIndexOf((byte)'\n');
            if (last < 0 && _held.WrittenCount + buffer.Length <= MostHeld)
            {
                _held.Write(buffer.Span);
                return;
            }

            int end = last < 0 ? buffer.Length : last + 1;
            _held.Write(buffer.Span[..end]);
            await EmitAsync();
            _held.Write(buffer.Span[end..]);
        }
        finally
        {
            _isWriting = false;
        }
    }

    /// <summary>What has no line end yet comes out too, with one; nothing while a write is under way.</summary>
    public async Task FinishAsync()
    {
        if (_isWriting || _held.WrittenCount == 0)
            return;
        _held.Write("\n"u8);
        await EmitAsync();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task EmitAsync()
    {
        await turn.WaitAsync(CancellationToken.None);
        try
        {
            if (label.Length == 0)
                await target.WriteAsync(_held.WrittenMemory, CancellationToken.None);
            else
                await target.WriteAsync(Labelled(_held.WrittenSpan), CancellationToken.None);
        }
        finally
        {
            turn.Release();
            _held.ResetWrittenCount();
        }
    }

    private byte[] Labelled(ReadOnlySpan<byte> lines)
    {
        var labelled = new ArrayBufferWriter<byte>(lines.Length * 2);
        while (lines.Length > 0)
        {
            int end = lines.IndexOf((byte)'\n');
            end = end < 0 ? lines.Length : end + 1;
            labelled.Write(label);
            labelled.Write(lines[..end]);
            lines = lines[end..];
        }

        return labelled.WrittenSpan.ToArray();
    }
}
