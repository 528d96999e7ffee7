// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>Short values that many rows have in common, once each: a phase, a node, a number. It remembers so many and no more. Not thread-safe.</summary>
internal sealed class CellPool
{
    private const int Size = 4096; // a power of two
    private const int Longest = 48;
    private readonly byte[]?[] _known = new byte[]?[Size];

    public byte[] Shared(byte[] value)
    {
        if (value.Length > Longest)
            return value;
        var hash = default(HashCode);
        hash.AddBytes(value);
        ref byte[]? place = ref _known[hash.ToHashCode() & (Size - 1)];
        if (place is { } known && known.AsSpan().SequenceEqual(value))
            return known;
        return place = value;
    }
}
