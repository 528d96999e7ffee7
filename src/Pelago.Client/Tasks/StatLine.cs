// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pelago.Client.Tasks;

/// <summary>Lines that <c>stat -c '%f|%h|%u|%g|%s|%b|%Y|%n'</c> prints: mode in hexadecimal, numbers, and the name.</summary>
internal static class StatLine
{
    private const int Fields = 8;
    private const int BlockSize = 512;

    /// <param name="line">The line.</param>
    /// <param name="start">Where the walk began; the path is made relative to it.</param>
    /// <param name="file">What it says.</param>
    public static bool TryRead(string line, string start, [NotNullWhen(true)] out TaskFile? file)
    {
        file = null;
        string[] parts = line.Split('|', Fields);
        if (parts.Length < Fields || !int.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int mode))
            return false;
        Span<long> numbers = stackalloc long[Fields - 2];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(parts[i + 1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        string name = parts[^1];
        if (!name.StartsWith(start, StringComparison.Ordinal))
            return false;
        char type = (mode & 0xF000) switch { 0x8000 => 'f', 0x4000 => 'd', 0xA000 => 'l', 0x1000 => 'p', 0xC000 => 's', 0x6000 => 'b', 0x2000 => 'c', _ => '?' };
        file = new TaskFile
        {
            Path = name[start.Length..].TrimStart('/'), Type = type, Mode = mode & 0xFFF, Links = numbers[0], User = numbers[1], Group = numbers[2], Size = numbers[3],
            Allocated = numbers[4] * BlockSize, Modified = DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(numbers[5], 0, 250_000_000_000)),
        };
        return true;
    }
}
