// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;

namespace Pelago.Node.Serving.Spdy;

/// <summary>
/// Reads the header blocks of a client: one zlib stream over the whole connection, made with <see cref="HeaderDictionary"/>. .NET's inflater takes no
/// dictionary; it is shown the dictionary as a stored block in front of the client's, of which the result is dropped, so that references reach into it.
/// It is asked for exactly the bytes that a block must have, never for more: there would be none, and that is its end.
/// </summary>
internal sealed class HeaderInflater : IDisposable
{
    private const int DictionaryFlag = 0x20;
    private readonly Feed _feed = new();
    private readonly DeflateStream _inflate;
    private bool _started;

    public HeaderInflater()
    {
        ReadOnlySpan<byte> dictionary = HeaderDictionary.Bytes.Span;
        byte[] stored = new byte[5 + dictionary.Length];
        HeaderDeflater.Stored(dictionary, stored);
        _feed.Add(stored);
        _inflate = new DeflateStream(_feed, CompressionMode.Decompress);
        _inflate.ReadExactly(new byte[dictionary.Length]);
    }

    /// <summary>The headers of one block. Any fault in it is a <see cref="SpdyException"/>, after which this reader is of no use.</summary>
    public IReadOnlyDictionary<string, string> Inflate(ReadOnlySpan<byte> block)
    {
        // A block may decode to less than it holds; what is left over cannot pile up.
        if (_feed.Left > FrameLayout.MaxControlBytes)
            throw new SpdyException("header blocks with more in them than headers");
        _feed.Add(_started ? block : AfterStreamHeader(block));
        _started = true;
        try
        {
            return HeaderBlock.Read(_inflate);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new SpdyException($"a header block that cannot be decompressed: {fault.Message}");
        }
    }

    public void Dispose() => _inflate.Dispose();

    /// <summary>The two bytes of RFC 1950, and four more that name the dictionary.</summary>
    private static ReadOnlySpan<byte> AfterStreamHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < 2 || (block[0] & 0x0f) != 8 || BinaryPrimitives.ReadUInt16BigEndian(block) % 31 != 0)
            throw new SpdyException("a header block that is not a zlib stream");
        if ((block[1] & DictionaryFlag) == 0)
            return block[2..];
        if (block.Length < 6 || BinaryPrimitives.ReadUInt32BigEndian(block[2..]) != HeaderDictionary.Id)
            throw new SpdyException("a header block made with another dictionary than that of SPDY/3");
        return block[6..];
    }

    /// <summary>Gives what it was given, then nothing until it is given more.</summary>
    private sealed class Feed : Stream
    {
        private readonly MemoryStream _given = new();

        public int Left => (int)(_given.Length - _given.Position);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            byte[] rest = _given.ToArray()[(int)_given.Position..];
            _given.SetLength(0);
            _given.Write(rest);
            _given.Write(bytes);
            _given.Position = 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => _given.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => _given.Read(buffer);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
