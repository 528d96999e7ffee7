// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Bench.Store;

/// <summary>The revision log by itself, beside plain SQLite on the same disk in the same run.</summary>
internal static class StoreBench
{
    private const int ListSize = 5_000;
    private static readonly int[] Clients = [1, 8, 64];

    /// <summary>What can be asked for alone with <c>--only NAME</c>.</summary>
    private static readonly (string Name, Func<Report, string, BenchOptions, CancellationToken, Task> Measure)[] Parts =
        [("durable", DurableAsync), ("fast", FastAsync), ("peer", PeerAsync), ("restart", RestartAsync)];

    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        var report = new Report("store");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pelago-bench-");
        try
        {
            foreach ((string name, Func<Report, string, BenchOptions, CancellationToken, Task> measure) in Parts)
            {
                if (options.Extra.GetValueOrDefault("only", name) == name)
                    await measure(report, Path.Combine(folder.FullName, $"{name}.db"), options, cancel);
            }
            if (!options.Extra.ContainsKey("only"))
                Compare(report);
            return report;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(Report report)
    {
        foreach (string name in Clients.Select(clients => $"creates{clients}").Append("gets"))
            report.Add($"ratio.{name}", report[name] / report[$"peer.{name}"], "times the peer");
        report.Add("ratio.list5000", report["peer.list5000"] / report["list5000"], "times the peer");
    }

    private static async Task DurableAsync(Report report, string path, BenchOptions options, CancellationToken cancel)
    {
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(path, new StoreOptions(), cancel);
        await CreatesAsync(report, "creates", store, Clients, options.Duration, cancel);
        await ReadsAsync(report, store, options.Duration, cancel);
        await Fanout.MeasureAsync(report, store, options.Duration, cancel);
    }

    private static async Task FastAsync(Report report, string path, BenchOptions options, CancellationToken cancel)
    {
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(path, new StoreOptions { Durability = Durability.Fast }, cancel);
        await CreatesAsync(report, "fast.creates", store, [64], options.Duration, cancel);
    }

    private static async Task CreatesAsync(
        Report report, string name, IRevisionStore store, int[] clientCounts, TimeSpan duration, CancellationToken cancel)
    {
        foreach (int clients in clientCounts)
        {
            IResourceStore resource = store.Resource($"creates{clients}");
            LoopResult result = await ClosedLoop.RunAsync(
                clients, duration,
                async (client, turn) => await resource.WriteAsync(BenchDocument.Create(new ObjectKey("ns", $"p{client}-{turn}")), cancel),
                cancel);
            report.Add($"{name}{clients}", result.PerSecond, "creates/s");
            report.Add($"{name}{clients}P50", result.P50, "ms");
            report.Add($"{name}{clients}P99", result.P99, "ms");
        }
    }

    private static async Task ReadsAsync(Report report, IRevisionStore store, TimeSpan duration, CancellationToken cancel)
    {
        IResourceStore resource = store.Resource("reads");
        await resource.WriteAsync([.. Enumerable.Range(0, ListSize).Select(i => BenchDocument.Create(new ObjectKey("ns", $"p{i:d5}")))], cancel);
        LoopResult gets = await ClosedLoop.RunAsync(
            8, duration,
            (_, turn) =>
            {
                // A thousand at once: one takes less than reading the clock.
                for (int i = 0; i < 1_000; i++)
                    _ = resource.Current.Get(new ObjectKey("ns", $"p{(turn + i) % ListSize:d5}"))!.Json.Length;
                return Task.CompletedTask;
            },
            cancel);
        report.Add("gets", gets.PerSecond * 1_000, "GETs/s");
        var page = new MemoryStream();
        LoopResult lists = await ClosedLoop.RunAsync(
            1, duration,
            (_, _) =>
            {
                page.Position = 0;
                foreach (StoredObject item in resource.Current.Scan("ns"))
                    page.Write(item.Json.Span);
                return Task.CompletedTask;
            },
            cancel);
        report.Add("list5000", lists.P50, "ms for a list of 5,000 objects, copied to a buffer");
    }

    private static async Task PeerAsync(Report report, string path, BenchOptions options, CancellationToken cancel)
    {
        TimeSpan duration = options.Duration;
        using var peer = new PlainSqlite(path);
        foreach (int clients in Clients)
        {
            LoopResult result = await ClosedLoop.RunAsync(
                clients, duration,
                (client, turn) =>
                {
                    var key = new ObjectKey($"ns{clients}", $"p{client}-{turn}");
                    return peer.PutAsync(key, BenchDocument.Body(key), cancel);
                },
                cancel);
            report.Add($"peer.creates{clients}", result.PerSecond, "creates/s");
        }
        peer.Execute("BEGIN");
        for (int i = 0; i < ListSize; i++)
        {
            var key = new ObjectKey("ns", $"p{i:d5}");
            peer.Execute($"INSERT INTO object VALUES('ns', '{key.Name}', {i}, x'{Convert.ToHexString(BenchDocument.Body(key))}')");
        }
        peer.Execute("COMMIT");
        LoopResult gets = await ClosedLoop.RunAsync(8, duration, (_, turn) => peer.GetAsync(new ObjectKey("ns", $"p{turn % ListSize:d5}"), cancel), cancel);
        report.Add("peer.gets", gets.PerSecond, "GETs/s");
        LoopResult lists = await ClosedLoop.RunAsync(1, duration, (_, _) => Task.FromResult(peer.List("ns")), cancel);
        report.Add("peer.list5000", lists.P50, "ms");
    }

    private static async Task FillAsync(string path, int objects, CancellationToken cancel)
    {
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(path, new StoreOptions(), cancel);
        foreach (int[] part in Enumerable.Range(0, objects).Chunk(StoreOptions.MaxWritesTogether))
            await store.Resource("pods").WriteAsync([.. part.Select(i => BenchDocument.Create(new ObjectKey($"ns{i % 50}", $"pod-{i}")))], cancel);
    }

    private static async Task RestartAsync(Report report, string path, BenchOptions options, CancellationToken cancel)
    {
        await FillAsync(path, options.Objects, cancel);
        // Off the stack of what ran before, which would keep its store alive and count it.
        await Task.Yield();
        long heap = SettledHeap();
        long started = Stopwatch.GetTimestamp();
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(path, new StoreOptions(), cancel);
        report.Add("restart.seconds", Stopwatch.GetElapsedTime(started).TotalSeconds, $"s to open {options.Objects:#,0} objects");
        report.Add("restart.objects", store.Resource("pods").Current.Count, "objects");
        report.Add("restart.heapMiB", (SettledHeap() - heap) / 1048576.0, "MiB of heap that they take");
        report.Add("restart.fileMiB", new FileInfo(path).Length / 1048576.0, "MiB");
    }

    private static long SettledHeap()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
