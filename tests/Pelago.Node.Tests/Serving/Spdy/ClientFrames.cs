// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using Pelago.Node.Serving.Spdy;

namespace Pelago.Node.Tests.Serving.Spdy;

/// <summary>The bytes of frames as a client makes them, good ones and bad ones.</summary>
internal sealed class ClientFrames
{
    private readonly HeaderDeflater _deflater = new();
    private readonly MemoryStream _all = new();

    public byte[] Bytes => _all.ToArray();

    /// <summary>The bytes that were not taken yet.</summary>
    public byte[] Take()
    {
        byte[] bytes = _all.ToArray();
        _all.SetLength(0);
        return bytes;
    }

    public ClientFrames Open(int stream, params (string Name, string Value)[] headers) => Open(stream, fin: false, headers);

    public ClientFrames Open(int stream, bool fin, params (string Name, string Value)[] headers) =>
        OpenRaw(stream, _deflater.Deflate(HeaderBlock.Encode([.. headers.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))])), fin);

    /// <summary>SYN_STREAM with a header block as it is given.</summary>
    public ClientFrames OpenRaw(int stream, byte[] block, bool fin = false) =>
        Control(FrameType.SynStream, [.. Number(stream), .. Number(0), 0, 0, .. block], fin ? (byte)1 : (byte)0);

    /// <summary>SYN_STREAM whose block decompresses to these bytes.</summary>
    public ClientFrames OpenBlock(int stream, byte[] plain) => OpenRaw(stream, _deflater.Deflate(plain));

    /// <summary>A header block of no headers, in its place in the stream of blocks.</summary>
    public byte[] Block() => _deflater.Deflate(HeaderBlock.Encode([]));

    public ClientFrames Data(int stream, byte[] data, bool fin = false)
    {
        _all.Write(Number(stream));
        _all.Write(Number((fin ? 1 << 24 : 0) | data.Length));
        _all.Write(data);
        return this;
    }

    public ClientFrames Reset(int stream) => Control(FrameType.RstStream, [.. Number(stream), .. Number(5)]);

    public ClientFrames Ping(int number) => Control(FrameType.Ping, Number(number));

    public ClientFrames Control(FrameType type, byte[] payload, byte flags = 0, ushort version = 3) =>
        Raw([.. Number((int)(0x80000000 | ((uint)version << 16) | (uint)type)), .. Number((flags << 24) | payload.Length), .. payload]);

    public ClientFrames Raw(byte[] bytes)
    {
        _all.Write(bytes);
        return this;
    }

    public static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
