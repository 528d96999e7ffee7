// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Xunit;

namespace Pelago.Kube.Tests;

/// <summary>What code allocates when it is compiled for good: before that, generic code does.</summary>
internal static class Allocation
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static void IsNoneOnceCompiled(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        long allocated;
        do
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            run();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        while (allocated > 0 && Stopwatch.GetElapsedTime(start) < Bound);
        Assert.Equal(0, allocated);
    }
}
