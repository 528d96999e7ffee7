// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text;
using Pelago.Bench.Api;

namespace Pelago.Bench.Operate;

/// <summary>
/// <c>ps</c> over <c>--clusters N</c> (default 20) clusters of one daemon with <c>--nodes N</c> (60,000) and <c>--pods N</c> (1,000,000) in all: the hundred
/// tasks with the most memory, with the start of the command. The pods are objects whose nodes and statuses are written by the bench: what answers is the same.
/// </summary>
internal static class TaskListPart
{
    private const int Times = 100;
    private const int AtOnce = 32;

    public static async Task RunAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        int clusters = OperateBench.Number(options, "clusters", 20);
        int pods = OperateBench.Number(options, "pods", 1_000_000) / clusters;
        int nodes = OperateBench.Number(options, "nodes", 60_000) / clusters;
        await using OperateScene scene = await OperateScene.StartAsync(["--clusters", $"{clusters}", "--nodes", "1", "--simulated", "--durability", "fast"], cancel);
        report.Add("ps.clusters", clusters, "clusters");
        for (int cluster = 1; cluster <= clusters; cluster++)
            await FillAsync(scene, $"pelago-{cluster}", nodes, pods, cancel);
        report.Add("ps.nodes", (double)nodes * clusters, "node objects");
        report.Add("ps.tasks", (double)pods * clusters, "tasks");
        report.Add("ps.rss", scene.Server.Processes.ResidentBytes, "bytes of the daemon");
        string[] top = ["ps", "--all-clusters", "--sort", "mem", "--limit", "100"];
        Ended first = (await scene.RunAsync(cancel, top)).Checked();
        report.Add("ps.first", first.Took.TotalMilliseconds, "ms the first time, when the tables are made");
        await MeasureAsync(report, scene, "ps.top", top, cancel);
        await MeasureAsync(report, scene, "ps.substring", ["ps", "--all-clusters", "web-1-777", "--limit", "100"], cancel);
        await MeasureAsync(report, scene, "ps.complete", ["__complete", "--", "ps", "--all-clusters", "default/web-1-77"], cancel);
    }

    private static async Task MeasureAsync(Report report, OperateScene scene, string name, string[] arguments, CancellationToken cancel)
    {
        (await scene.RunAsync(cancel, arguments)).Checked();
        double[] took = new double[Times];
        long before = scene.BytesSent;
        for (int i = 0; i < Times; i++)
            took[i] = (await scene.RunAsync(cancel, arguments)).Checked().Took.TotalMilliseconds;
        Array.Sort(took);
        report.Add($"{name}.p50", ClosedLoop.Percentile(took, 0.5), "ms with the start of the command");
        report.Add($"{name}.p99", ClosedLoop.Percentile(took, 0.99), "ms");
        report.Add($"{name}.wire", (scene.BytesSent - before) / (double)Times, "bytes of TLS that came back, of all clusters");
    }

    private static async Task FillAsync(OperateScene scene, string cluster, int nodes, int pods, CancellationToken cancel)
    {
        using var server = new BenchedServer("", scene.Daemon.Kubeconfig, cluster);
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForAsync(1, nodes, bound, async (i, stop) =>
            await server.SendAsync(i, HttpMethod.Post, "/api/v1/nodes", Encoding.UTF8.GetBytes($$"""{"apiVersion":"v1","kind":"Node","metadata":{"name":"rack-{{i}}"} }"""), stop));
        await Parallel.ForAsync(0, pods, bound, async (i, stop) =>
        {
            await server.SendAsync(i, HttpMethod.Post, NumberedWriters.Path, Pod(i, nodes), stop);
        });
    }

    private static byte[] Pod(int i, int nodes) => Encoding.UTF8.GetBytes($$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-{{{i % 5}}}-{{{i}}}","labels":{"app":"web-{{{i % 5}}}","team":"t{{{i % 40}}}"} },
         "spec":{"nodeName":"rack-{{{1 + (i % Math.Max(1, nodes - 1))}}}","automountServiceAccountToken":false,"containers":[{"name":"main","image":"registry.invalid/web:1",
          "resources":{"requests":{"cpu":"{{{10 + (i % 90)}}}m","memory":"{{{1 + (i * 7919 % 4093)}}}Mi"} } }]},
         "status":{"phase":"Running","podIP":"10.0.0.1","startTime":"2026-01-02T03:04:05Z","containerStatuses":[{"name":"main","ready":true,"started":true,"restartCount":0,
          "image":"registry.invalid/web:1","imageID":"","state":{"running":{"startedAt":"2026-01-02T03:04:05Z"} } }]} }
        """);
}
