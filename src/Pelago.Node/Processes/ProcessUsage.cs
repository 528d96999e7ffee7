// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>What a process tree uses, counted from /proc where there are no control groups. Processes that have ended count no more.</summary>
internal static class ProcessUsage
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const ulong NanosecondsPerTick = 10_000_000;

    public static ContainerStats OfTree(ProcessTable table, int pid, DateTimeOffset now)
    {
        ulong ticks = 0;
        ulong resident = 0;
        foreach (ProcessEntry entry in table.Tree(pid))
        {
            ticks += entry.CpuTicks;
            resident += (ulong)Math.Max(0, entry.ResidentPages) * (ulong)Environment.SystemPageSize;
        }
        return new ContainerStats { Time = now, CpuNanoseconds = ticks * NanosecondsPerTick, MemoryWorkingSet = resident, MemoryResident = resident };
    }
}
