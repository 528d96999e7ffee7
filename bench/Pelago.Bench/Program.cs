// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using Pelago.Bench;
using Pelago.Bench.Api;
using Pelago.Bench.History;
using Pelago.Bench.Launch;
using Pelago.Bench.Operate;
using Pelago.Bench.Pods;
using Pelago.Bench.Ports;
using Pelago.Bench.Store;
using Pelago.Client;

Dictionary<string, Func<BenchOptions, CancellationToken, Task<Report>>> benches = new(StringComparer.Ordinal)
{
    ["store"] = StoreBench.RunAsync,
    ["api"] = ApiBench.RunAsync,
    ["pods"] = PodBench.RunAsync,
    ["ports"] = PortsBench.RunAsync,
    ["launch"] = LaunchBench.RunAsync,
    ["history"] = HistoryBench.RunAsync,
    ["operate"] = OperateBench.RunAsync,
};

if (args.Length == 0 || !benches.TryGetValue(args[0], out Func<BenchOptions, CancellationToken, Task<Report>>? bench))
{
    Console.Error.WriteLine($"usage: pelago-bench {string.Join('|', benches.Keys)} [-o table|json] [--seconds N] [--objects N] [--peer KUBECONFIG] [--only PART]");
    return 2;
}
if (!BenchOptions.TryParse(args[1..], out BenchOptions? options, out string? problem))
{
    Console.Error.WriteLine($"pelago-bench {args[0]}: {problem}");
    return 2;
}
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};
try
{
    Report report = await bench(options, interrupt.Token);
    Console.Out.WriteLine(options.Json ? report.ToJson() : report.ToTable());
    return 0;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    return 130;
}
catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException or KubeconfigException)
{
    Console.Error.WriteLine($"pelago-bench {args[0]}: {e.Message}");
    return 1;
}
