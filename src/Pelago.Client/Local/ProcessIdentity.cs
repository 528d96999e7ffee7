// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;

namespace Pelago.Client.Local;

/// <summary>
/// One process for all time on this boot: its number and when it started (field 22 of /proc/PID/stat, in clock ticks since boot).
/// A number alone is given out again.
/// </summary>
public readonly record struct ProcessIdentity(int Pid, ulong StartTime)
{
    /// <summary>Reads a line of /proc/PID/stat: <c>1234 (name with ) and spaces) S 1 …</c>.</summary>
    public static ProcessIdentity? FromStat(string line)
    {
        int open = line.IndexOf('(', StringComparison.Ordinal);
        int close = line.LastIndexOf(')');
        if (open < 0 || close < open || !int.TryParse(line.AsSpan(0, open).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            return null;
        string[] rest = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int StartTimeAfterName = 19;
        if (rest.Length <= StartTimeAfterName || !ulong.TryParse(rest[StartTimeAfterName], CultureInfo.InvariantCulture, out ulong start))
            return null;
        return new ProcessIdentity(pid, start);
    }

    /// <summary>The identity of the process that has this number now; null when none has.</summary>
    public static ProcessIdentity? Of(int pid) => Stat(pid) is { } line ? FromStat(line) : null;

    /// <summary>True while this very process exists and is not a zombie.</summary>
    public bool IsAlive() => Stat(Pid) is { } line && FromStat(line) == this && line[(line.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');

    private static string? Stat(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
