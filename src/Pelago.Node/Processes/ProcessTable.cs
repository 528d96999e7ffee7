// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Client.Local;

namespace Pelago.Node.Processes;

/// <summary>One process as /proc tells. Times in clock ticks, memory in pages.</summary>
internal readonly record struct ProcessEntry(ProcessIdentity Identity, int Parent, int Session, ulong CpuTicks, long ResidentPages)
{
    public int Pid => Identity.Pid;
}

/// <summary>The processes of this machine at one moment, and which of them belong together.</summary>
internal sealed class ProcessTable
{
    private readonly Dictionary<int, ProcessEntry> _byPid = [];
    private readonly ILookup<int, ProcessEntry> _children;

    private ProcessTable(IEnumerable<ProcessEntry> entries)
    {
        foreach (ProcessEntry entry in entries)
            _byPid[entry.Pid] = entry;
        _children = _byPid.Values.ToLookup(entry => entry.Parent);
    }

    public static ProcessTable Read()
    {
        var entries = new List<ProcessEntry>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && TryRead(directory + "/stat") is { } entry)
                entries.Add(entry);
        }
        return new ProcessTable(entries);
    }

    /// <summary>The process and all that descend from it or share its session, parents first.</summary>
    public IReadOnlyList<ProcessEntry> Tree(int pid)
    {
        var found = new List<ProcessEntry>();
        var seen = new HashSet<int>();
        var queue = new Queue<int>([pid, .. _byPid.Values.Where(entry => entry.Session == pid).Select(entry => entry.Pid)]);
        while (queue.TryDequeue(out int next))
        {
            if (!seen.Add(next))
                continue;
            if (_byPid.TryGetValue(next, out ProcessEntry entry))
                found.Add(entry);
            foreach (ProcessEntry child in _children[next])
                queue.Enqueue(child.Pid);
        }
        return found;
    }

    public int ParentOf(int pid) => _byPid.TryGetValue(pid, out ProcessEntry entry) ? entry.Parent : 0;

    private static ProcessEntry? TryRead(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ProcessEntry? Parse(string stat)
    {
        if (ProcessIdentity.FromStat(stat) is not { } identity)
            return null;
        // After the name: state, ppid, pgrp, session, … 11 utime, 12 stime, … 21 rss (man 5 proc, fields 3 on).
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 22)
            return null;
        return new ProcessEntry(
            identity, (int)Number(fields[1]), (int)Number(fields[3]), (ulong)(Number(fields[11]) + Number(fields[12])), Number(fields[21]));
    }

    private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? value : 0;
}
