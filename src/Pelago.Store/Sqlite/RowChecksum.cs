// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Runtime.InteropServices;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>
/// CRC-32C (RFC 3720, appendix B.4) of all that a row of the log says, with its resource by name: SQLite itself does not notice a byte that a disk
/// changed inside a value. Rows that earlier versions wrote have none.
/// </summary>
internal static class RowChecksum
{
    public static long Of(string resource, ObjectKey key, ReadOnlySpan<long> numbers, ReadOnlySpan<byte> document)
    {
        uint sum = Add(uint.MaxValue, MemoryMarshal.AsBytes(numbers));
        sum = Add(sum, resource);
        sum = Add(sum, key.Namespace);
        sum = Add(sum, key.Name);
        return ~Add(sum, document);
    }

    /// <summary>Whether a row, read as <see cref="StateSchema.RowColumns"/>, is what was written, as far as that can be told.</summary>
    public static bool Holds(SqliteStatement row, string resource, ObjectKey key, ReadOnlySpan<byte> document) =>
        row.IsNull(9) || row.Number(9) == Of(resource, key, [row.Number(0), row.Number(4), row.Number(5), row.Number(6), row.Number(7)], document);

    private static uint Add(uint sum, string text) => BitOperations.Crc32C(Add(sum, MemoryMarshal.AsBytes(text.AsSpan())), (uint)text.Length);

    private static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            sum = BitOperations.Crc32C(sum, word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
            sum = BitOperations.Crc32C(sum, rest);
        return sum;
    }
}
