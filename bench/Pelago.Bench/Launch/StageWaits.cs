// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Pelago.Bench.Launch;

/// <summary>How long pods waited for a stage after the one before it, as the watcher saw it: the longest of these is where a launch is slow.</summary>
internal sealed class StageWaits(string from, string to)
{
    private readonly List<double> _seconds = [];

    public string Name => to;

    public double Mean => _seconds.Count == 0 ? 0 : _seconds.Average();

    public void Add(long before, long now) => _seconds.Add(Stopwatch.GetElapsedTime(before, now).TotalSeconds);

    public void Report(Report report)
    {
        double[] sorted = [.. _seconds.Order()];
        foreach ((string name, double share) in new[] { ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1) })
            report.Add($"stages.{to}.wait.{name}", sorted.Length == 0 ? 0 : ClosedLoop.Percentile(sorted, share), $"s from {from} to {to}");
    }
}
