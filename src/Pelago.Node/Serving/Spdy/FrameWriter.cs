// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.IO;

namespace Pelago.Node.Serving.Spdy;

/// <summary>Writes frames whole, one after the other, whoever sends them.</summary>
internal sealed class FrameWriter(Stream stream) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HeaderDeflater _deflater = new();

    /// <summary>Data, in frames of at most <see cref="FrameLayout.MaxDataBytes"/>; none at all is an empty frame.</summary>
    public async Task DataAsync(int streamId, ReadOnlyMemory<byte> data, bool isFin, CancellationToken cancel)
    {
        do
        {
            ReadOnlyMemory<byte> piece = data[..Math.Min(data.Length, FrameLayout.MaxDataBytes)];
            data = data[piece.Length..];
            await WriteAsync((uint)streamId, isFin && data.IsEmpty, piece, cancel);
        }
        while (data.Length > 0);
    }

    /// <summary>A control frame of numbers: RST_STREAM, PING, GOAWAY.</summary>
    public async Task NumbersAsync(FrameType type, uint[] numbers, CancellationToken cancel)
    {
        byte[] payload = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4 * i), numbers[i]);
        await WriteAsync(Control(type), isFin: false, payload, cancel);
    }

    /// <summary>SYN_REPLY without headers: the stream is taken.</summary>
    public async Task ReplyAsync(int streamId, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            // A block is compressed in the order in which it is sent.
            byte[] block = _deflater.Deflate(HeaderBlock.Encode([]));
            byte[] payload = new byte[4 + block.Length];
            BinaryPrimitives.WriteInt32BigEndian(payload, streamId);
            block.CopyTo(payload, 4);
            await WriteInTurnAsync(Control(FrameType.SynReply), isFin: false, payload, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static uint Control(FrameType type) => 0x80000000 | ((uint)FrameLayout.Version << 16) | (uint)type;

    private async Task WriteAsync(uint first, bool isFin, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            await WriteInTurnAsync(first, isFin, payload, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task WriteInTurnAsync(uint first, bool isFin, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(FrameLayout.HeaderBytes + payload.Length);
        try
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame, first);
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)payload.Length | (isFin ? (uint)FrameLayout.FlagFin << 24 : 0));
            payload.CopyTo(frame.AsMemory(FrameLayout.HeaderBytes));
            await stream.WriteAsync(frame.AsMemory(0, FrameLayout.HeaderBytes + payload.Length), cancel);
            await stream.FlushAsync(cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }
}
