// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace Pelago.Node.Serving.Spdy;

/// <summary>
/// Header blocks as a zlib stream, without compressing: each is a stored deflate block, and an empty one after it, at which readers hand out what they
/// have (RFC 1951 section 3.2.4). The stream does not ask for the dictionary, so a reader that has been given it decodes the same.
/// </summary>
internal sealed class HeaderDeflater
{
    private const int StoredHeaderBytes = 5;

    // Deflate with a window of 32 KiB, no dictionary (RFC 1950 section 2.2).
    private static readonly byte[] StreamHeader = [0x78, 0x01];
    private bool _started;

    /// <param name="block">At most 65,535 bytes.</param>
    public byte[] Deflate(ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> before = _started ? [] : StreamHeader;
        _started = true;
        byte[] all = new byte[before.Length + StoredHeaderBytes + block.Length + StoredHeaderBytes];
        before.CopyTo(all);
        Stored(block, all.AsSpan(before.Length));
        Stored([], all.AsSpan(before.Length + StoredHeaderBytes + block.Length));
        return all;
    }

    /// <summary>A block that is not the last: 00, its length, the complement of it, its bytes.</summary>
    public static void Stored(ReadOnlySpan<byte> data, Span<byte> target)
    {
        target[0] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(target[1..], checked((ushort)data.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(target[3..], (ushort)~data.Length);
        data.CopyTo(target[StoredHeaderBytes..]);
    }
}
