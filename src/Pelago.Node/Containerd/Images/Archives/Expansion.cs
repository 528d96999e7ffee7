// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using Pelago.Node.Containerd.Streams;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>Opens what may be compressed, and ends with an <see cref="ArchiveException"/> when out comes far more than went in.</summary>
internal static class Expansion
{
    private const int MagicLength = 6;

    /// <summary>The plain bytes of <paramref name="input"/>, of which at most <paramref name="most"/> are given.</summary>
    /// <param name="what">The archive, for messages.</param>
    public static async Task<(Stream Plain, Compression Compression)> OpenAsync(Stream input, string what, ArchiveLimits limits, long most, CancellationToken cancel)
    {
        byte[] magic = new byte[MagicLength];
        int read = await input.ReadAtLeastAsync(magic, MagicLength, throwOnEndOfStream: false, cancel);
        if (read == 0)
            throw new ArchiveException($"{what} is empty");
        var whole = new CountedStream(input, magic.AsMemory(0, read));
        if (Foreign(magic) is { } foreign)
            throw new ArchiveException($"{what} is compressed with {foreign}, and only gzip and zstd are read: decompress it first, or compress it with one of them");
        Compression compression = Of(magic);
        return (compression switch
        {
            Compression.Gzip => new ExpandedStream(new GZipStream(whole, CompressionMode.Decompress), whole, what, limits, most),
            Compression.Zstd => new ExpandedStream(OpenZstd(whole, limits), whole, what, limits, most),
            _ => new ExpandedStream(whole, null, what, limits, most),
        }, compression);
    }

    /// <summary>What begins so (RFC 1952 2.3.1, RFC 8878 3.1.1).</summary>
    public static Compression Of(ReadOnlySpan<byte> start) => start switch
    {
        [0x1f, 0x8b, ..] => Compression.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression.Zstd,
        _ => Compression.None,
    };

    /// <summary>A frame says how much of what went before it must be kept in memory to read it; more than the limit is refused as damaged.</summary>
    private static DecompressionStream OpenZstd(Stream compressed, ArchiveLimits limits)
    {
        var zstd = new DecompressionStream(compressed, leaveOpen: false);
        zstd.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, limits.ZstdWindowLog);
        return zstd;
    }

    private static string? Foreign(ReadOnlySpan<byte> magic) => BinaryPrimitives.ReadUInt32BigEndian(magic) switch
    {
        0xfd377a58 => "xz",
        var other when other >> 8 == 0x425a68 => "bzip2",
        _ => null,
    };

    /// <summary>Counts what was read of it; the first bytes were read already.</summary>
    private sealed class CountedStream(Stream inner, ReadOnlyMemory<byte> first) : ForwardStream
    {
        private ReadOnlyMemory<byte> _first = first;

        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read;
            if (_first.IsEmpty)
            {
                read = await inner.ReadAsync(buffer, cancellationToken);
            }
            else
            {
                read = Math.Min(_first.Length, buffer.Length);
                _first[..read].CopyTo(buffer);
                _first = _first[read..];
            }
            Count += read;
            return read;
        }
    }

    private sealed class ExpandedStream(Stream plain, CountedStream? compressed, string what, ArchiveLimits limits, long most) : ForwardStream
    {
        private long _count;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read;
            try
            {
                read = await plain.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception damaged) when (damaged is InvalidDataException or ZstdException or EndOfStreamException)
            {
                throw new ArchiveException($"{what} is damaged: what is compressed in it cannot be read ({damaged.Message}). Copy or download it again", damaged);
            }
            _count += read;
            if (_count > most)
                throw new ArchiveException($"{what} holds more than {most} bytes, and no more are taken");
            if (compressed is not null && _count > limits.RatioFrom && _count / limits.MaxRatio > compressed.Count)
            {
                throw new ArchiveException(
                    $"{what} unpacks to more than {limits.MaxRatio} times its compressed size: that is taken for a decompression bomb. If it is none, decompress it first (gunzip, unzstd)");
            }
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            plain.Dispose();
            base.Dispose(disposing);
        }
    }
}
