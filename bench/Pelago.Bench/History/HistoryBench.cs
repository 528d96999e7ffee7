// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.History;
using Pelago.Kube;

namespace Pelago.Bench.History;

/// <summary>History of <c>--runs N</c> finished runs (default a million) beside one plain table of the same runs.</summary>
internal static class HistoryBench
{
    private const int Expired = 100_000;
    private const int Together = 500;

    public static async Task<Report> RunAsync(BenchOptions options, CancellationToken cancel)
    {
        int runs = options.Extra.TryGetValue("runs", out string? given) && int.TryParse(given, out int number) && number >= Together ? number : 1_000_000;
        var report = new Report("history");
        string folder = Directory.CreateTempSubdirectory("pelago-bench-").FullName;
        try
        {
            var source = new BenchRuns(Path.Combine(folder, "logs"));
            await MeasureAsync(report, folder, source, runs, cancel);
            await MeasureExpiryAsync(report, folder, source, cancel);
            MeasurePeer(report, folder, source, runs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (string name in (string[])["lastOfOwner.p99", "containingNothing.p99", "expire100k"])
            report.Add($"ratio.{name}", report[$"peer.{name}"] / report[$"history.{name}"], "times as long");
        return report;
    }

    private static async Task MeasureAsync(Report report, string folder, BenchRuns source, int runs, CancellationToken cancel)
    {
        string directory = Path.Combine(folder, "history");
        await using var store = HistoryStore.Open(new HistoryOptions { Directory = directory });
        long start = Stopwatch.GetTimestamp();
        await RecordAsync(store, source, 0, runs, DateTimeOffset.UtcNow, cancel);
        report.Add("history.runs", runs, "runs");
        report.Add("history.record", runs / Stopwatch.GetElapsedTime(start).TotalSeconds, "runs/s, a quarter of them with a log");
        DaySummary day = store.Summaries()[0];
        report.Add("history.disk", (day.Bytes - day.LogSize) / (double)runs, "bytes/run without logs");
        report.Add("history.logRatio", day.LogBytes / (double)day.LogSize, "bytes of log in a byte");

        var random = new Random(2);
        Time(report, "history.lastOfOwner", 300, () => store.Query(new RunQuery { Owner = BenchRuns.OwnerOf(random.Next(BenchRuns.Owners)), Limit = 50 }, cancel));
        Time(report, "history.lastFailed", 300, () => store.Query(new RunQuery { Namespace = $"team-{random.Next(40)}", Failed = true, Limit = 50 }, cancel));
        Time(report, "history.containing", 50, () => store.Query(new RunQuery { Contains = $"report-{random.Next(BenchRuns.Owners)}-", Limit = 50 }, cancel));
        Time(report, "history.containingNothing", 20, () => store.Query(new RunQuery { Contains = "no-such-name", Limit = 50 }, cancel));
        string deep = store.Query(new RunQuery { Limit = RunQuery.MaxLimit }, cancel).Continue;
        Time(report, "history.pageOf500", 100, () => store.Query(new RunQuery { Limit = 500, Continue = deep }, cancel));
        RunRecord[] logged = [.. store.Query(new RunQuery { Limit = 2_000 }, cancel).Items.Where(run => run.LogBytes > 0)];
        await TimeAsync(report, "history.cat", 200, () => store.WriteLogAsync(store.Find(logged[random.Next(logged.Length)].Name)!, new LogSelection(), Stream.Null, cancel));
    }

    private static async Task MeasureExpiryAsync(Report report, string folder, BenchRuns source, CancellationToken cancel)
    {
        var clock = new MovedClock();
        await using var store = HistoryStore.Open(new HistoryOptions { Directory = Path.Combine(folder, "old"), Time = clock });
        await RecordAsync(store, source, 0, Expired, clock.GetUtcNow(), cancel);
        clock.Days = 31;
        long start = Stopwatch.GetTimestamp();
        await store.ExpireAsync(cancel);
        report.Add("history.expire100k", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms, the failed ones kept");
        clock.Days = 91;
        start = Stopwatch.GetTimestamp();
        await store.ExpireAsync(cancel);
        report.Add("history.expireWhole", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
    }

    private static void MeasurePeer(Report report, string folder, BenchRuns source, int runs)
    {
        using var peer = new PlainTable(Path.Combine(folder, "peer.db"));
        long start = Stopwatch.GetTimestamp();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int first = 0; first < runs; first += Together)
            peer.Add(Enumerable.Range(first, Math.Min(Together, runs - first)).Select(number => source.Of(number, now)));
        report.Add("peer.record", runs / Stopwatch.GetElapsedTime(start).TotalSeconds, "runs/s, without logs and specs");
        var random = new Random(2);
        Time(report, "peer.lastOfOwner", 10, () => peer.LastOfOwner(BenchRuns.OwnerOf(random.Next(BenchRuns.Owners))));
        Time(report, "peer.containingNothing", 10, () => peer.Containing("no-such-name"));
        start = Stopwatch.GetTimestamp();
        peer.DeleteOldest(Math.Min(Expired, runs));
        report.Add("peer.expire100k", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
    }

    private static async Task RecordAsync(HistoryStore store, BenchRuns source, int first, int count, DateTimeOffset now, CancellationToken cancel)
    {
        for (int i = first; i < first + count; i += Together)
            await Task.WhenAll(Enumerable.Range(i, Math.Min(Together, first + count - i)).Select(number => store.RecordAsync(source.Of(number, now), cancel)));
    }

    private static void Time(Report report, string name, int times, Action work)
    {
        work();
        double[] took = new double[times];
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            took[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Add(report, name, took);
    }

    private static async Task TimeAsync(Report report, string name, int times, Func<Task> work)
    {
        await work();
        double[] took = new double[times];
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await work();
            took[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Add(report, name, took);
    }

    private static void Add(Report report, string name, double[] took)
    {
        Array.Sort(took);
        report.Add($"{name}.p50", took[took.Length / 2], "ms");
        report.Add($"{name}.p99", took[Math.Min(took.Length - 1, took.Length * 99 / 100)], "ms");
    }
}
