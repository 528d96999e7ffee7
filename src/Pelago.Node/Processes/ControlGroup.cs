// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>One container's control groups: one directory with version 2, one per controller with version 1.</summary>
internal sealed class ControlGroup(IReadOnlyDictionary<string, string> directories, bool unified)
{
    private const int RemovalRounds = 40;
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(25);

    /// <summary>The files that a process writes 0 to in order to join.</summary>
    public IReadOnlyList<string> JoinFiles { get; } = [.. directories.Values.Distinct().Select(directory => Path.Combine(directory, "cgroup.procs"))];

    /// <summary>How often the kernel killed one of its processes for lack of memory.</summary>
    public long OutOfMemoryKills()
    {
        string? directory = directories.GetValueOrDefault("memory");
        return directory is null ? 0 : ReadKeyed(Path.Combine(directory, unified ? "memory.events" : "memory.oom_control"), "oom_kill");
    }

    public IReadOnlyList<int> Processes()
    {
        var pids = new HashSet<int>();
        foreach (string file in JoinFiles)
        {
            foreach (string line in ReadLines(file))
            {
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                    pids.Add(pid);
            }
        }
        return [.. pids];
    }

    /// <summary>Null when it has gone.</summary>
    public ContainerStats? Stats(DateTimeOffset now)
    {
        string? cpu = directories.GetValueOrDefault(unified ? "cpu" : "cpuacct");
        string? memory = directories.GetValueOrDefault("memory");
        if (cpu is null || memory is null || !Directory.Exists(memory))
            return null;
        ulong used = (ulong)ReadNumber(Path.Combine(memory, unified ? "memory.current" : "memory.usage_in_bytes"));
        string detail = Path.Combine(memory, "memory.stat");
        ulong inactive = (ulong)ReadKeyed(detail, unified ? "inactive_file" : "total_inactive_file");
        return new ContainerStats
        {
            Time = now,
            CpuNanoseconds = unified
                ? (ulong)ReadKeyed(Path.Combine(cpu, "cpu.stat"), "usage_usec") * 1000
                : (ulong)ReadNumber(Path.Combine(cpu, "cpuacct.usage")),
            MemoryWorkingSet = used > inactive ? used - inactive : 0,
            MemoryResident = (ulong)ReadKeyed(detail, unified ? "anon" : "total_rss"),
        };
    }

    /// <summary>The kernel refuses while processes are inside, and a killed one takes a moment to go. False when it did not in time.</summary>
    public async Task<bool> RemoveAsync(TimeProvider time, CancellationToken cancel)
    {
        for (int round = 0; round < RemovalRounds; round++)
        {
            if (directories.Values.Distinct().All(TryRemove))
                return true;
            await Task.Delay(BetweenRounds, time, cancel);
        }
        return false;
    }

    private static bool TryRemove(string directory)
    {
        try
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static long ReadNumber(string file) =>
        long.TryParse(ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out long value) ? value : 0;

    private static long ReadKeyed(string file, string key)
    {
        foreach (string line in ReadLines(file))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ' '
                && long.TryParse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture, out long value))
                return value;
        }
        return 0;
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
