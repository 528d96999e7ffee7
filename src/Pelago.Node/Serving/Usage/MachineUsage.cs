// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Registration;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Usage;

/// <summary>What the machine uses: all nodes on one machine say the same, for they share it.</summary>
internal static class MachineUsage
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const ulong NanosecondsPerTick = 10_000_000;
    private const int IdleColumn = 3;
    private const int WaitColumn = 4;

    public static ContainerStats Read(DateTimeOffset now)
    {
        ulong used = (ulong)Math.Max(0, Machine.MemoryInfo("MemTotal") - Machine.MemoryInfo("MemAvailable")) * 1024;
        return new ContainerStats { Time = now, CpuNanoseconds = BusyTicks() * NanosecondsPerTick, MemoryWorkingSet = used, MemoryResident = used };
    }

    /// <summary>cpu user nice system idle iowait irq softirq steal …</summary>
    private static ulong BusyTicks()
    {
        string[] columns = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        ulong busy = 0;
        for (int i = 0; i < Math.Min(columns.Length, 8); i++)
        {
            if (i is not (IdleColumn or WaitColumn))
                busy += ulong.Parse(columns[i], CultureInfo.InvariantCulture);
        }
        return busy;
    }
}
