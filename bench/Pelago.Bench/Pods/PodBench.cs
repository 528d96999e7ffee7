// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using Pelago.Bench.Api;
using Pelago.Client.Local;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Pods;

/// <summary>
/// From the POST of a pod whose image is there to its Running, as a watcher sees it: a pelagod of its own with containers, and with
/// <c>--peer KUBECONFIG</c> a kubelet, pod by pod in turns.
/// </summary>
internal static class PodBench
{
    private const int DefaultPods = 20;
    private const string Image = "docker.io/realkube/busybox:1";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        var report = new Report("pods");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pelago-bench-");
        var home = new PelagoHome(Path.Combine(folder.FullName, "home"));
        int pods = options.Extra.TryGetValue("pods", out string? count) ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : DefaultPods;
        await using var daemon = new RunningDaemon(DaemonProgram.Path, home.Root, [.. DaemonProgram.Options, "--runtime", "containerd"]);
        try
        {
            await daemon.StartAsync(cancel);
            await ImportAsync(folder.FullName, home, cancel);
            var servers = new List<BenchedServer> { new("", daemon.Kubeconfig) };
            if (options.Extra.TryGetValue("peer", out string? peer))
                servers.Add(new BenchedServer("peer.", peer));
            await MeasureAsync(report, servers, pods, cancel);
            return report;
        }
        finally
        {
            await daemon.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Report report, List<BenchedServer> servers, int pods, CancellationToken cancel)
    {
        foreach (BenchedServer server in servers)
            await BenchNamespace.CreateAsync(report, server, cancel);
        var times = servers.ToDictionary(server => server, _ => new List<double>());
        try
        {
            for (int pod = 0; pod < pods; pod++)
            {
                foreach (BenchedServer server in servers)
                {
                    double time = await StartAsync(server, $"p{pod}", cancel);
                    Console.Error.WriteLine($"{server.Name}p{pod} {time:F0} ms");
                    if (pod > 0) // the first meets everything cold
                        times[server].Add(time);
                }
            }
        }
        finally
        {
            foreach (BenchedServer server in servers)
                await BenchNamespace.ForgetAsync(server);
        }
        foreach (BenchedServer server in servers)
        {
            double[] sorted = [.. times[server].Order()];
            report.Add($"{server.Name}startP50", ClosedLoop.Percentile(sorted, 0.5), "ms from POST to Running");
            report.Add($"{server.Name}startP99", ClosedLoop.Percentile(sorted, 0.99), "ms");
        }
        if (servers.Count > 1)
        {
            report.Add("ratio.startP50", report["peer.startP50"] / report["startP50"], "times better than the peer");
            report.Add("ratio.startP99", report["peer.startP99"] / report["startP99"], "times better than the peer");
        }
    }

    /// <summary>Starts one pod, and waits until it is gone again.</summary>
    private static async Task<double> StartAsync(BenchedServer server, string name, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using HttpClient watcher = server.Connect();
        string watch = $"{ApiDocuments.Pods(BenchNamespace.Name)}?watch=true&fieldSelector=metadata.name%3D{name}";
        using HttpResponseMessage answer = await watcher.GetAsync(watch, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        answer.EnsureSuccessStatusCode();
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        long began = Stopwatch.GetTimestamp();
        await server.SendAsync(0, HttpMethod.Post, ApiDocuments.Pods(BenchNamespace.Name), Pod(name), patience.Token);
        await ReadUntilAsync(events, change => Phase(change) == "Running", patience.Token);
        double time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await server.SendAsync(0, HttpMethod.Delete, ApiDocuments.Pods(BenchNamespace.Name, name) + "?gracePeriodSeconds=1", null, patience.Token);
        await ReadUntilAsync(events, change => change.GetProperty("type").GetString() == "DELETED", patience.Token);
        return time;
    }

    private static async Task ReadUntilAsync(StreamReader events, Func<JsonElement, bool> wanted, CancellationToken cancel)
    {
        while (await events.ReadLineAsync(cancel) is { } line)
        {
            using JsonDocument change = JsonDocument.Parse(line);
            if (wanted(change.RootElement))
                return;
        }
        throw new InvalidOperationException("the watch ended before the pod was where it should be");
    }

    private static string? Phase(JsonElement change) =>
        change.GetProperty("object").TryGetProperty("status", out JsonElement status) && status.TryGetProperty("phase", out JsonElement phase) ? phase.GetString() : null;

    private static byte[] Pod(string name) => Encoding.UTF8.GetBytes($$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},
         "spec":{"containers":[{"name":"main","image":"{{{Image}}}","imagePullPolicy":"IfNotPresent","command":["sleep","3600"] }]} }
        """);

    private static async Task ImportAsync(string folder, PelagoHome home, CancellationToken cancel)
    {
        string pelago = Environment.GetEnvironmentVariable("PELAGO_COMMAND") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : throw new InvalidOperationException("PELAGO_COMMAND does not name pelago; run it as ./pelago bench pods");
        string archive = Path.Combine(folder, "busybox.tar");
        await RunAsync(Path.Combine(Path.GetDirectoryName(pelago)!, "tests", "images", "build"), ["busybox", archive], cancel);
        await RunAsync(pelago, ["image", "import", "--quiet", "--home", home.Root, archive], cancel);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}");
    }
}
