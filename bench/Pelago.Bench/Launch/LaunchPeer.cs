// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Pelago.Bench.Api;

namespace Pelago.Bench.Launch;

/// <summary>
/// The same Deployments on a real Kubernetes with nodes that nothing runs: from the first POST until a client that watches has seen every pod
/// bound. Its rate limits should be lifted (<c>tests/realkube/up</c> does), or they are what is measured.
/// </summary>
internal static class LaunchPeer
{
    public static async Task CompareAsync(Report report, string kubeconfig, LaunchPlan plan, CancellationToken cancel)
    {
        string ns = BenchNamespace.Name;
        string deployments = $"/apis/apps/v1/namespaces/{ns}/deployments";
        var server = new BenchedServer("peer.", kubeconfig);
        await BenchNamespace.CreateAsync(report, server, cancel);
        try
        {
            await server.SendAsync(0, HttpMethod.Delete, ApiDocuments.Pods(ns, "first") + "?gracePeriodSeconds=0", null, cancel);
            await using FakeNodes nodes = await FakeNodes.StartAsync(server, plan, cancel);
            await MeasureAsync(report, server, plan, deployments, cancel);
            await server.SendAsync(0, HttpMethod.Delete, deployments, null, cancel);
        }
        finally
        {
            await BenchNamespace.ForgetAsync(server);
        }
        report.Add("ratio.boundPerSecond", report["boundPerSecond"] / report["peer.boundPerSecond"], "times more pods/s from create to bound than the peer");
    }

    private static async Task MeasureAsync(Report report, BenchedServer server, LaunchPlan plan, string deployments, CancellationToken cancel)
    {
        using HttpClient connection = server.Connect();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        double cpu = server.Processes.CpuSeconds;
        var counts = new PodCounts(plan.Pods, System.Diagnostics.Stopwatch.GetTimestamp());
        Task watching = counts.RunAsync(connection, $"{ApiDocuments.Pods(BenchNamespace.Name)}?watch=true&labelSelector=app&timeoutSeconds=3600", stop.Token);
        for (int i = 0; i < plan.Workloads; i++)
            await server.SendAsync(0, HttpMethod.Post, deployments, plan.Deployment(i), cancel);
        await LaunchBench.WaitAsync(counts.AllBound, () => $"{counts.Bound} bound on the peer", cancel);
        report.Add("peer.boundPerSecond", plan.Pods / counts.Times[1][2], "pods/s from the first POST until a watcher saw all bound");
        report.Add("peer.cpuPerPod", (server.Processes.CpuSeconds - cpu) / plan.Pods * 1000, "ms of CPU of all its processes, until bound");
        await stop.CancelAsync();
        await watching;
    }
}
