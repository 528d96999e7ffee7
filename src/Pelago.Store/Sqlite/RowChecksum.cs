// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>
/// CRC-32C (RFC 3720, appendix B.4) of all that a row of the log says, with its resource by name: SQLite itself does not notice a byte that a disk
/// changed inside a value. Rows that earlier versions wrote have none.
/// </summary>
internal static class RowChecksum
{
    /// <param name="ns">The namespace as the file holds it, in UTF-8: not every string comes back from there as it was.</param>
    /// <param name="name">The name, likewise.</param>
    public static long Of(string resource, ReadOnlySpan<byte> ns, ReadOnlySpan<byte> name, ReadOnlySpan<long> numbers, ReadOnlySpan<byte> document)
    {
        uint sum = Add(uint.MaxValue, MemoryMarshal.AsBytes(numbers));
        sum = AddText(sum, Encoding.UTF8.GetBytes(resource));
        sum = AddText(sum, ns);
        sum = AddText(sum, name);
        return ~Add(sum, document);
    }

    /// <summary>
    /// Whether a row, read as <see cref="StateSchema.RowColumns"/> from column <paramref name="at"/> on, is what was written, as far as that can be told.
    /// </summary>
    public static bool Holds(SqliteStatement row, string resource, ReadOnlySpan<byte> document, int at = 0) => row.IsNull(at + 9) || row.Number(at + 9) == Of(
        resource, row.BlobSpan(at + 2), row.BlobSpan(at + 3), [row.Number(at), row.Number(at + 4), row.Number(at + 5), row.Number(at + 6), row.Number(at + 7)], document);

    /// <summary>An <see cref="InvalidDataException"/> says which row it is that does not hold.</summary>
    public static void Require(SqliteStatement row, string resource, ObjectKey key, ReadOnlySpan<byte> document, int at = 0)
    {
        if (!Holds(row, resource, document, at))
            throw new InvalidDataException($"revision {row.Number(at)}, of {key} in {resource}, is not what was written: its checksum does not match");
    }

    private static uint AddText(uint sum, ReadOnlySpan<byte> text) => BitOperations.Crc32C(Add(sum, text), (uint)text.Length);

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
