// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Client.Local;

/// <summary>Tells a process from a later one that got the same pid.</summary>
public static class ProcessIdentity
{
    /// <summary>Start of the process in clock ticks since boot; null when there is no such process, or only its zombie.</summary>
    public static long? StartTimeOf(int pid)
    {
        try
        {
            // The command name (field 2) is in parentheses and may contain anything, parentheses too: fields count from the last one.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
