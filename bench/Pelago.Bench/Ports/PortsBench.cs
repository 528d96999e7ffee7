// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Bench.Ports;

/// <summary>Sets of ports beside the two algorithms that came before, in the same run.</summary>
internal static class PortsBench
{
    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        var report = new Report("ports");
        NodePorts.Measure(report, cancel);
        await RangeArithmetic.MeasureAsync(report, options, cancel);
        foreach (int n in RangeArithmetic.Sizes)
        {
            report.Add($"ratio.naiveToOurs{n}", report[$"arithmetic{n}.naive.mean"] / report[$"arithmetic{n}.ours.mean"], "times as long");
            report.Add($"ratio.naiveToIntervals{n}", report[$"arithmetic{n}.naive.mean"] / report[$"arithmetic{n}.intervals.mean"], "times as long");
            report.Add($"ratio.sortedToOurs{n}", report[$"arithmetic{n}.sorted.mean"] / report[$"arithmetic{n}.ours.mean"], "times as long");
        }
        return report;
    }
}
