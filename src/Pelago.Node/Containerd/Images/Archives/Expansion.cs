// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using Pelago.Node.Containerd.Streams;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>Opens what may be compressed, and ends with an <see cref="ArchiveException"/> when out comes far more than went in.</summary>
internal static class Expansion
{
    private const int MagicLength = 6;

    /// <summary>The plain bytes of <paramref name="input"/>, of which at most <paramref name="most"/> are given.</summary>
    /// <param name="what">The archive, for messages.</param>
    public static async Task<(Stream Plain, bool Compressed)> OpenAsync(Stream input, string what, ArchiveLimits limits, long most, CancellationToken cancel)
    {
        byte[] magic = new byte[MagicLength];
        int read = await input.ReadAtLeastAsync(magic, MagicLength, throwOnEndOfStream: false, cancel);
        if (read == 0)
            throw new ArchiveException($"{what} is empty");
        var whole = new CountedStream(input, magic.AsMemory(0, read));
        if (Foreign(magic) is { } foreign)
            throw new ArchiveException($"{what} is compressed with {foreign}, and only gzip is read: decompress it first, or compress it with gzip");
        return magic is [0x1f, 0x8b, ..]
            ? (new ExpandedStream(new GZipStream(whole, CompressionMode.Decompress), whole, what, limits, most), true)
            : (new ExpandedStream(whole, null, what, limits, most), false);
    }

    private static string? Foreign(ReadOnlySpan<byte> magic) => BinaryPrimitives.ReadUInt32BigEndian(magic) switch
    {
        0x28b52ffd => "zstd",
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
            catch (InvalidDataException damaged)
            {
                throw new ArchiveException($"{what} is damaged: what is compressed in it cannot be read ({damaged.Message}). Copy or download it again", damaged);
            }
            _count += read;
            if (_count > most)
                throw new ArchiveException($"{what} holds more than {most} bytes, and no more are taken");
            if (compressed is not null && _count > limits.RatioFrom && _count / limits.MaxRatio > compressed.Count)
            {
                throw new ArchiveException(
                    $"{what} unpacks to more than {limits.MaxRatio} times its compressed size: that is taken for a decompression bomb. If it is none, decompress it first (gunzip)");
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
