// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;

namespace Pelago.Daemon.Inspection.Doctor;

/// <summary>Reads the kernel's text files; what is not there or not a number is null.</summary>
internal static class ProcText
{
    public static string? Line(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault()?.Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static long? Number(string path) => long.TryParse(Line(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>The number behind a label, as in <c>MemAvailable:   1234 kB</c>; 0 when there is none.</summary>
    public static long Kilobytes(string path, string label)
    {
        string? line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal)) : null;
        string[] words = (line ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    /// <summary>The hard value of a row of /proc/self/limits; null for unlimited. .NET raises its own soft limit of open files to it.</summary>
    public static long? HardLimit(string row) => Limit(row, column: 1);

    /// <summary>The soft value, which is what counts for a limit that .NET leaves alone; null for unlimited.</summary>
    public static long? SoftLimit(string row) => Limit(row, column: 0);

    private static long? Limit(string row, int column)
    {
        string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(row, StringComparison.Ordinal));
        string[] words = (line ?? "")[Math.Min(row.Length, line?.Length ?? 0)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && long.TryParse(words[column], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
    }
}
