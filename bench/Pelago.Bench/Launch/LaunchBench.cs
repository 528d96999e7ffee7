// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Text;
using Pelago.Bench.Api;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Launch;

/// <summary>
/// Deployments of many pods on simulated nodes: from the first POST until a client that watches has seen every pod Running, and from the order to
/// have none until all are gone. Every pod is an object through the API, durable as always.
/// </summary>
internal static class LaunchBench
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        LaunchPlan plan = LaunchPlan.Of(options);
        var report = new Report("launch");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pelago-bench-");
        var home = new PelagoHome(Path.Combine(folder.FullName, "home"));
        string settings = home.ClusterDirectory("pelago-1");
        Directory.CreateDirectory(settings);
        await File.WriteAllTextAsync(Path.Combine(settings, "simulation.json"), plan.Simulation, cancel);
        await using var daemon = new RunningDaemon(
            DaemonProgram.Path, home.Root, [.. DaemonProgram.Options, .. plan.Daemon, "--port", "0"]);
        try
        {
            report.Add("pods", plan.Pods, "pods");
            report.Add("nodes", plan.Nodes, plan.Processes ? "nodes that run processes" : "simulated nodes");
            report.Add("workloads", plan.Workloads, "Deployments");
            report.Add("nodesReady", (await daemon.StartAsync(cancel)).TotalSeconds, "s from nothing until the nodes are Ready");
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            var server = new BenchedServer("", daemon.Kubeconfig);
            await BenchNamespace.CreateAsync(report, server, patience.Token);
            await MeasureAsync(report, server, plan, home, patience.Token);
            if (options.Extra.TryGetValue("peer", out string? peer))
                await LaunchPeer.CompareAsync(report, peer, plan, patience.Token);
            report.Add("peakRssBytes", PeakMemory(daemon.Pid), "bytes");
            server.Dispose();
            return report;
        }
        finally
        {
            await daemon.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Report report, BenchedServer server, LaunchPlan plan, PelagoHome home, CancellationToken cancel)
    {
        string ns = BenchNamespace.Name;
        string deployments = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await server.SendAsync(0, HttpMethod.Delete, ApiDocuments.Pods(ns, "first"), null, cancel);
        using HttpClient connection = server.Connect();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        long began = Stopwatch.GetTimestamp();
        double cpu = server.Processes.CpuSeconds;
        var counts = new PodCounts(plan.Pods, began);
        Task watching = counts.RunAsync(connection, $"{ApiDocuments.Pods(ns)}?watch=true&labelSelector=app&timeoutSeconds=3600", stop.Token);
        for (int i = 0; i < plan.Workloads; i++)
            await server.SendAsync(0, HttpMethod.Post, deployments, plan.Deployment(i), cancel);
        Task<double[]> lists = ListAsync(server, ns, counts.AllRunning, stop.Token);
        await WaitAsync(counts.AllRunning, () => $"{counts.Running} running", cancel);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        report.Add("secondsToAllRunning", seconds, "s from the first POST until a watcher saw all Running");
        report.Add("running", counts.Running, "pods");
        report.Add("podsPerSecond", plan.Pods / seconds, "pods/s");
        report.Add("cpuPerPod", (server.Processes.CpuSeconds - cpu) / plan.Pods * 1000, "ms of the daemon's CPU");
        for (int stage = 0; stage < PodCounts.Stages.Count; stage++)
        {
            foreach ((int at, string word) in new[] { (0, "first"), (1, "half"), (2, "all") })
                report.Add($"stages.{PodCounts.Stages[stage]}.{word}", counts.Times[stage][at], "s");
        }
        foreach (StageWaits waits in counts.Waits)
            waits.Report(report);
        report.Note("slowestStage", counts.Waits.MaxBy(waits => waits.Mean)!.Name);
        report.Add("boundPerSecond", plan.Pods / counts.Times[1][2], "pods/s from the first POST until a watcher saw all bound");
        double[] listed = await lists;
        report.Add("otherListP99", listed.Length > 0 ? ClosedLoop.Percentile(listed, 0.99) : 0, "ms for another client's list of 100 pods meanwhile");
        report.Add("rssBytes", server.Processes.ResidentBytes, "bytes with all running");
        if (plan.Processes)
            report.Add("processes", LaunchedProcesses.Count(home.Root), "processes of pods, supervisors not counted");
        await IdleAsync(report, server, cancel);
        await ScaleToZeroAsync(report, server, plan, deployments, counts, cancel);
        if (plan.Processes)
            report.Add("orphans", LaunchedProcesses.Count(home.Root), "processes of pods that are gone");
        await stop.CancelAsync();
        await watching;
    }

    private static async Task IdleAsync(Report report, BenchedServer server, CancellationToken cancel)
    {
        await Task.Delay(Idle / 2, cancel); // what the launch left to do is not idleness
        double cpu = server.Processes.CpuSeconds;
        await Task.Delay(Idle, cancel); // the time that is measured
        report.Add("idleCpuPercent", (server.Processes.CpuSeconds - cpu) / Idle.TotalSeconds * 100, "% of one core with all running");
    }

    private static async Task ScaleToZeroAsync(Report report, BenchedServer server, LaunchPlan plan, string deployments, PodCounts counts, CancellationToken cancel)
    {
        long began = Stopwatch.GetTimestamp();
        double cpu = server.Processes.CpuSeconds;
        byte[] none = Encoding.UTF8.GetBytes("""{"spec":{"replicas":0}}""");
        for (int i = 0; i < plan.Workloads; i++)
            await server.SendAsync(0, HttpMethod.Patch, $"{deployments}/{LaunchPlan.Name(i)}", none, cancel, "application/merge-patch+json");
        await WaitAsync(counts.AllGone, () => $"{counts.Gone} gone", cancel);
        report.Add("secondsToZero", Stopwatch.GetElapsedTime(began).TotalSeconds, "s from the order until a watcher saw all gone");
        report.Add("cpuPerDelete", (server.Processes.CpuSeconds - cpu) / plan.Pods * 1000, "ms of the daemon's CPU");
    }

    /// <summary>What another client waits for a list of 100 pods, until the launch is over.</summary>
    private static async Task<double[]> ListAsync(BenchedServer server, string ns, Task over, CancellationToken cancel)
    {
        var times = new List<double>();
        while (!over.IsCompleted && !cancel.IsCancellationRequested)
        {
            long asked = Stopwatch.GetTimestamp();
            await server.SendAsync(1, HttpMethod.Get, $"{ApiDocuments.Pods(ns)}?limit=100", null, cancel);
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            await Task.Delay(100, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a client that looks now and then
        }
        return [.. times.Order()];
    }

    public static async Task WaitAsync(Task task, Func<string> says, CancellationToken cancel)
    {
        long began = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(task, Task.Delay(5000, cancel)) != task) // a line of progress every five seconds
        {
            cancel.ThrowIfCancellationRequested();
            await Console.Error.WriteLineAsync($"{Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s: {says()}");
        }
        await task;
    }

    private static double PeakMemory(int pid)
    {
        const string Peak = "VmHWM:";
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(Peak, StringComparison.Ordinal));
        return double.Parse(line[Peak.Length..^"kB".Length], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }
}
