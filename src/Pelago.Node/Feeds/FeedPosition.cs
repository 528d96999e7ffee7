// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Feeds;

/// <summary>
/// How far a text has been read: in which file, known by what it is and not by its name, and up to which byte. Numbers of files are given out again when a
/// file is gone, so the print says whether it still is the one of which that much was read.
/// </summary>
/// <param name="Attempt">Of a log: which start of the container; else 0.</param>
/// <param name="Offset">In bytes.</param>
/// <param name="Print">Of the bytes before the offset, the first 256 of them at most.</param>
/// <param name="OpenLines">Of a log: see <see cref="Logs.LogText.OpenLines"/>.</param>
internal readonly record struct FeedPosition(int Attempt, ulong Device, ulong Inode, long Offset, ulong Print, int OpenLines)
{
    public const int PrintLength = 256;
    private const int Parts = 6;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Attempt:x}.{Device:x}.{Inode:x}.{Offset:x}.{Print:x}.{OpenLines:x}");

    public static bool TryParse(string text, out FeedPosition position)
    {
        position = default;
        Span<Range> parts = stackalloc Range[Parts + 1];
        if (text.AsSpan().Split(parts, '.') != Parts)
            return false;
        Span<ulong> numbers = stackalloc ulong[Parts];
        for (int i = 0; i < Parts; i++)
        {
            if (!ulong.TryParse(text.AsSpan()[parts[i]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        if (numbers[0] > int.MaxValue || numbers[3] > long.MaxValue || numbers[5] > 3)
            return false;
        position = new FeedPosition((int)numbers[0], numbers[1], numbers[2], (long)numbers[3], numbers[4], (int)numbers[5]);
        return true;
    }

    /// <summary>The print of a file of which <paramref name="offset"/> bytes were read; null when it is shorter. FNV-1a of 64 bits.</summary>
    public static ulong? PrintOf(SafeFileHandle file, long offset)
    {
        Span<byte> beginning = stackalloc byte[(int)Math.Min(offset, PrintLength)];
        int read = 0;
        for (int more = 1; more > 0 && read < beginning.Length; read += more)
            more = System.IO.RandomAccess.Read(file, beginning[read..], read);
        if (read < beginning.Length)
            return null;
        ulong print = 14695981039346656037;
        foreach (byte value in beginning)
            print = (print ^ value) * 1099511628211;
        return print;
    }
}
