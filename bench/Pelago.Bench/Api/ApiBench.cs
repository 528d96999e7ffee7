// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Api;

/// <summary>
/// The whole API server over its real port: a pelagod of its own, and with <c>--peer KUBECONFIG</c> another API server by the same code in
/// the same run, part by part in turns.
/// </summary>
internal static class ApiBench
{
    private const int ListSize = 5_000;
    private static readonly int[] Clients = [1, 8, 64];
    private static readonly string Ns = BenchNamespace.Name;

    /// <summary>What can be asked for alone with <c>--only NAME</c>.</summary>
    private static readonly (string Name, Func<Report, BenchedServer, BenchOptions, CancellationToken, Task> Measure)[] Parts =
    [
        ("creates", CreatesAsync),
        ("gets", GetsAsync),
        ("list", ListAsync),
        ("fanout", (report, server, options, cancel) => WatchFanout.MeasureAsync(report, server, Ns, options, cancel)),
    ];

    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        var report = new Report("api");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pelago-bench-");
        string? only = options.Extra.GetValueOrDefault("only");
        try
        {
            if (only is null or not "restart")
                await ServeAsync(report, new PelagoHome(Path.Combine(folder.FullName, "home")), options, only, cancel);
            if (only is null or "restart")
                await Restart.MeasureAsync(report, new PelagoHome(Path.Combine(folder.FullName, "large")), options.Objects, cancel);
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ServeAsync(Report report, PelagoHome home, BenchOptions options, string? only, CancellationToken cancel)
    {
        await using var daemon = new RunningDaemon(DaemonProgram.Path, home.Root, DaemonProgram.Options);
        report.Add("start.seconds", (await daemon.StartAsync(cancel)).TotalSeconds, "s from nothing to a Ready node");
        var servers = new List<BenchedServer> { new("", daemon.Kubeconfig) };
        if (options.Extra.TryGetValue("peer", out string? peer))
            servers.Add(new BenchedServer("peer.", peer));
        try
        {
            foreach (BenchedServer server in servers)
                await BenchNamespace.CreateAsync(report, server, cancel);
            foreach ((string name, Func<Report, BenchedServer, BenchOptions, CancellationToken, Task> measure) in Parts)
            {
                foreach (BenchedServer server in servers.Where(_ => only is null || only == name))
                    await measure(report, server, options, cancel);
            }

            foreach (BenchedServer server in servers)
                report.Add($"{server.Name}rssMiB", server.Processes.ResidentBytes / 1048576.0, "MiB resident, all its processes");
            if (servers.Count > 1)
                Compare(report);
        }
        finally
        {
            foreach (BenchedServer server in servers)
                await BenchNamespace.ForgetAsync(server);
        }
    }

    private static void Compare(Report report)
    {
        void Better(string ratio, string figure, bool moreIsBetter)
        {
            double ours = report[figure];
            double theirs = report["peer." + figure];
            if (ours > 0 && theirs > 0)
                report.Add($"ratio.{ratio}", moreIsBetter ? ours / theirs : theirs / ours, "times better than the peer");
        }

        foreach (int clients in Clients)
        {
            Better($"creates{clients}", $"creates{clients}", moreIsBetter: true);
            Better($"cpuPerCreate{clients}", $"cpuPerCreate{clients}", moreIsBetter: false);
        }

        Better("gets64", "gets64", moreIsBetter: true);
        Better("cpuPerGet64", "cpuPerGet64", moreIsBetter: false);
        Better("list5000", "list5000", moreIsBetter: false);
        Better("cpuPerList5000", "cpuPerList5000", moreIsBetter: false);
        Better("fanout1000", "fanout.cpuPerThousand", moreIsBetter: false);
        Better("fanout1000P99", "fanout.p99", moreIsBetter: false);
    }

    private static async Task CreatesAsync(Report report, BenchedServer server, BenchOptions options, CancellationToken cancel)
    {
        foreach (int clients in Clients)
        {
            double cpu = server.Processes.CpuSeconds;
            int created = 0;
            LoopResult result = await ClosedLoop.RunAsync(
                clients, options.Duration,
                async (client, turn) =>
                {
                    string name = $"c{clients}-{client}-{turn}";
                    await server.SendAsync(client, HttpMethod.Post, ApiDocuments.Pods(Ns), ApiDocuments.Pod(name), cancel);
                    Interlocked.Increment(ref created);
                },
                cancel);
            report.Add($"{server.Name}creates{clients}", result.PerSecond, "durable creates/s");
            report.Add($"{server.Name}creates{clients}P50", result.P50, "ms");
            report.Add($"{server.Name}creates{clients}P99", result.P99, "ms");
            report.Add($"{server.Name}cpuPerCreate{clients}", (server.Processes.CpuSeconds - cpu) / created * 1e3, "ms of server CPU");
        }

        await EmptyAsync(server, cancel);
    }

    private static async Task GetsAsync(Report report, BenchedServer server, BenchOptions options, CancellationToken cancel)
    {
        await server.SendAsync(0, HttpMethod.Post, ApiDocuments.Pods(Ns), ApiDocuments.Pod("read"), cancel);
        foreach (int clients in Clients.Where(count => count != 8))
        {
            double cpu = server.Processes.CpuSeconds;
            int read = 0;
            LoopResult result = await ClosedLoop.RunAsync(
                clients, options.Duration,
                async (client, _) =>
                {
                    await server.SendAsync(client, HttpMethod.Get, ApiDocuments.Pods(Ns, "read"), null, cancel);
                    Interlocked.Increment(ref read);
                },
                cancel);
            report.Add($"{server.Name}gets{clients}", result.PerSecond, "GETs/s");
            report.Add($"{server.Name}gets{clients}P99", result.P99, "ms");
            report.Add($"{server.Name}cpuPerGet{clients}", (server.Processes.CpuSeconds - cpu) / read * 1e3, "ms of server CPU");
        }
    }

    private static async Task ListAsync(Report report, BenchedServer server, BenchOptions options, CancellationToken cancel)
    {
        await Parallel.ForAsync(0, ListSize, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancel }, async (i, token) =>
            await server.SendAsync(i, HttpMethod.Post, ApiDocuments.Pods(Ns), ApiDocuments.Pod($"l{i:d5}"), token));
        double cpu = server.Processes.CpuSeconds;
        int lists = 0;
        long bytes = 0;
        LoopResult result = await ClosedLoop.RunAsync(
            1, options.Duration,
            async (_, _) =>
            {
                bytes = await server.SendAsync(0, HttpMethod.Get, ApiDocuments.Pods(Ns), null, cancel);
                lists++;
            },
            cancel);
        report.Add($"{server.Name}list5000", result.P50, "ms for a list of 5,000 pods");
        report.Add($"{server.Name}list5000MiB", bytes / 1048576.0, "MiB");
        report.Add($"{server.Name}cpuPerList5000", (server.Processes.CpuSeconds - cpu) / lists * 1e3, "ms of server CPU");
        await EmptyAsync(server, cancel);
    }

    /// <summary>Deletes the pods; a server that needs longer for all of them than it gives one request is asked again.</summary>
    private static async Task EmptyAsync(BenchedServer server, CancellationToken cancel)
    {
        const int patience = 10;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await server.SendAsync(0, HttpMethod.Delete, ApiDocuments.Pods(Ns) + "?gracePeriodSeconds=0", null, cancel);
                return;
            }
            catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError && attempt < patience)
            {
                // Some are gone, the rest is what the next request finds.
            }
        }
    }
}
