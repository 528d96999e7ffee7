// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// One header of a tar archive: 512 bytes with fields at fixed places (POSIX ustar): name at 0, size at 124, checksum at 148, type at 156, link
/// target at 157, magic at 257, device numbers at 329 and 337, a prefix of the name at 345. Numbers are octal text, or binary when the first bit is set.
/// </summary>
internal readonly ref struct TarBlock(ReadOnlySpan<byte> block)
{
    public const int Length = 512;
    private const int ChecksumAt = 148;
    private const int ChecksumLength = 8;
    private readonly ReadOnlySpan<byte> _block = block;

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    public char Type => (char)_block[156];

    /// <summary>Null when it is no number, or a negative one.</summary>
    public long? Size => Number(124, 12);

    public long Major => Number(329, 8) ?? -1;

    public long Minor => Number(337, 8) ?? -1;

    public string Target => Text(157, 100);

    /// <summary>The archiver of GNU has times where POSIX has a prefix.</summary>
    public string Name => _block.Slice(257, 6).SequenceEqual("ustar\0"u8) && Text(345, 155) is { Length: > 0 } prefix ? $"{prefix}/{Text(0, 100)}" : Text(0, 100);

    /// <summary>The sum of all bytes, those of the checksum itself taken as spaces; some archivers summed signed bytes.</summary>
    public bool IsIntact
    {
        get
        {
            long unsigned = 0, signed = 0;
            for (int i = 0; i < Length; i++)
            {
                byte value = i is >= ChecksumAt and < ChecksumAt + ChecksumLength ? (byte)' ' : _block[i];
                unsigned += value;
                signed += (sbyte)value;
            }
            return Number(ChecksumAt, ChecksumLength) is { } said && (said == unsigned || said == signed);
        }
    }

    private string Text(int at, int length)
    {
        ReadOnlySpan<byte> field = _block.Slice(at, length);
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private long? Number(int at, int length)
    {
        ReadOnlySpan<byte> field = _block.Slice(at, length);
        return (field[0] & 0x80) != 0 ? Binary(field) : Octal(field.Trim(" \0"u8));
    }

    private static long? Octal(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
                return null;
            value = (value << 3) + (digit - '0');
        }
        return value;
    }

    private static long? Binary(ReadOnlySpan<byte> field)
    {
        long value = field[0] & 0x7f;
        foreach (byte next in field[1..])
        {
            if (value > long.MaxValue >> 8)
                return null;
            value = (value << 8) | next;
        }
        return value;
    }
}
