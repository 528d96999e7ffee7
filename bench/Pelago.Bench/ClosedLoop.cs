// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Pelago.Bench;

/// <summary>Clients that each do one thing after the other, as fast as the answers come.</summary>
internal static class ClosedLoop
{
    /// <summary>Runs <paramref name="act"/> (client, turn) on so many clients for a while, after a short warm-up.</summary>
    public static async Task<LoopResult> RunAsync(int clients, TimeSpan duration, Func<int, int, Task> act, CancellationToken cancel)
    {
        long warm = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds / 5 * Stopwatch.Frequency);
        long end = warm + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var latencies = new List<double>[clients];
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                List<double> mine = latencies[client] = [];
                for (int turn = 0; !cancel.IsCancellationRequested; turn++)
                {
                    long started = Stopwatch.GetTimestamp();
                    if (started >= end)
                        break;
                    await act(client, turn);
                    if (started >= warm)
                        mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            },
            cancel)));
        cancel.ThrowIfCancellationRequested();
        double[] all = [.. latencies.SelectMany(list => list).Order()];
        return new LoopResult(all.Length / duration.TotalSeconds, Percentile(all, 0.5), Percentile(all, 0.99));
    }

    public static double Percentile(double[] sorted, double part) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
}

/// <summary>Operations per second and the latency of one, in milliseconds.</summary>
internal readonly record struct LoopResult(double PerSecond, double P50, double P99);
