// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Operate;

/// <summary>
/// <c>tail -f</c> of <c>--sources N</c> (default 1,000) that each write ten lines a second, while logs are rotated, containers end and start again, connections are
/// cut, the daemon with its node agent is killed and started, and tasks come later. For the record <c>kubectl logs -f</c> of some that restart or rotate.
/// </summary>
internal static class TailPart
{
    private const int Count = 700;
    private const int SingleCount = 150;
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenFaults = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Stillness = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        int pods = OperateBench.Number(options, "sources", 1000) / NumberedWriters.InPod;
        int late = Math.Max(1, pods / 10);
        await using OperateScene scene = await OperateScene.StartAsync(["--clusters", "1", "--nodes", "2"], cancel);
        await SingleAsync(report, scene, cancel);
        string state = scene.Beside("state");
        Directory.CreateDirectory(state);

        for (int pod = 0; pod < pods - late; pod++)
            await scene.AddAsync(NumberedWriters.Path, NumberedWriters.Pod(state, pod, Count), cancel);
        long began = Stopwatch.GetTimestamp();
        using Process tail = scene.Start("tail", "-f", "-n", "1000000", "--prefix", "-l", "app=writer", "*");
        var seen = new NumberedLines();
        Task reading = ReadAsync(tail, seen, cancel);
        Task<string> said = tail.StandardError.ReadToEndAsync(cancel);
        for (int pod = pods - late; pod < pods; pod++)
            await scene.AddAsync(NumberedWriters.Path, NumberedWriters.Pod(state, pod, Count), cancel);
        int sources = pods * NumberedWriters.InPod;
        await OperateScene.UntilAsync(() => Task.FromResult(Locked(seen, () => seen.Sources == sources)), "every source was seen", cancel);
        report.Add("tail.seen", Stopwatch.GetElapsedTime(began).TotalSeconds, "s until a line of every source was printed");
        var peers = new KubectlFollowers(scene, pods);
        await Task.Delay(BetweenFaults, cancel); // what the start left to do is not usual
        Locked(seen, () => seen.IsSteady = true);
        double cpu = scene.Server.Processes.CpuSeconds, own = tail.TotalProcessorTime.TotalSeconds;
        await Task.Delay(Steady, cancel); // the time that is measured
        tail.Refresh();
        report.Add("tail.daemonCpu", (scene.Server.Processes.CpuSeconds - cpu) / Steady.TotalSeconds * 100, "% of one core");
        report.Add("tail.clientCpu", (tail.TotalProcessorTime.TotalSeconds - own) / Steady.TotalSeconds * 100, "% of one core");
        Locked(seen, () => seen.IsSteady = false);
        scene.CutConnections();
        await Task.Delay(BetweenFaults, cancel); // between one fault and the next
        await scene.Daemon.EndAsync(RunningDaemon.KillSignal);
        await scene.Daemon.StartAsync(cancel);
        await FinishAsync(seen, sources, cancel);
        report.Add("tail.clientPeak", PeakOf(tail) / 1024.0, "MiB");
        tail.Kill();
        await reading;
        peers.Report(report);
        Report(report, seen, sources);
        string[] remarks = (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        report.Add("tail.remarks", remarks.Length, "lines on standard error");
        if (remarks.Length > 0)
            report.Note("tail.lastRemark", remarks[^1]);
    }

    private static void Report(Report report, NumberedLines seen, int sources)
    {
        report.Add("tail.sources", seen.Sources, "sources");
        report.Add("tail.lines", seen.Lines, "lines");
        report.Add("tail.lost", seen.Lost + (sources - seen.SourcesWith(Count)), "lines that did not come, or sources whose last line did not");
        report.Add("tail.twice", seen.Twice, "lines that came again, or too late");
        report.Add("tail.broken", seen.Broken, "lines that are none");
        report.Add("tail.p50", ClosedLoop.Percentile(seen.SteadyDelays, 0.5), "ms from writing to printing, in usual times");
        report.Add("tail.p99", ClosedLoop.Percentile(seen.SteadyDelays, 0.99), "ms");
        report.Add("tail.max", ClosedLoop.Percentile(seen.SteadyDelays, 1), "ms");
        report.Add("tail.p99WithFaults", ClosedLoop.Percentile(seen.Delays, 0.99), "ms, with the start and all faults");
    }

    private static async Task SingleAsync(Report report, OperateScene scene, CancellationToken cancel)
    {
        using Process tail = scene.Start("tail", "-f", "-n", "1000000", "--prefix", "single");
        var seen = new NumberedLines { IsSteady = true };
        Task reading = ReadAsync(tail, seen, cancel);
        Task<string> said = tail.StandardError.ReadToEndAsync(cancel);
        await scene.AddAsync(NumberedWriters.Path, NumberedWriters.Single(SingleCount), cancel);
        await OperateScene.UntilAsync(() => Task.FromResult(Locked(seen, () => seen.SourcesWith(SingleCount) == 1)), "one source was followed to its end", cancel);
        tail.Kill();
        await reading;
        await said;
        double[] later = [.. seen.SteadyDelays];
        report.Add("tail.single.p50", ClosedLoop.Percentile(later, 0.5), "ms from writing to printing, of one source from its first line");
        report.Add("tail.single.p90", ClosedLoop.Percentile(later, 0.9), "ms");
        report.Add("tail.single.p99", ClosedLoop.Percentile(later, 0.99), "ms");
        report.Add("tail.single.lost", seen.Lost + seen.Twice, "lines lost or twice");
    }

    /// <summary>Until every source has its last line, or nothing has come for a minute.</summary>
    private static Task FinishAsync(NumberedLines seen, int sources, CancellationToken cancel)
    {
        (long lines, long at) = (0, Stopwatch.GetTimestamp());
        return OperateScene.UntilAsync(() => Task.FromResult(IsOver()), "the tail ends or stands still", cancel, Longest);

        bool IsOver()
        {
            long now = Locked(seen, () => seen.Lines);
            if (now != lines)
                (lines, at) = (now, Stopwatch.GetTimestamp());
            return Locked(seen, () => seen.SourcesWith(Count)) >= sources || Stopwatch.GetElapsedTime(at) >= Stillness;
        }
    }

    private static async Task ReadAsync(Process tail, NumberedLines seen, CancellationToken cancel)
    {
        while (await tail.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            lock (seen)
                seen.Take(colon > 0 ? line[..colon] : "", colon > 0 ? line.AsSpan(colon + 2) : "");
        }
    }

    private static T Locked<T>(object gate, Func<T> act)
    {
        lock (gate)
            return act();
    }

    private static double PeakOf(Process process)
    {
        string line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line["VmHWM:".Length..^"kB".Length], System.Globalization.CultureInfo.InvariantCulture);
    }
}
