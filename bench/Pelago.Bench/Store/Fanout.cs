// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Bench.Store;

/// <summary>Many watchers of one resource, a steady stream of writes: how long after its commit an event is read, and what that costs.</summary>
internal static class Fanout
{
    public const int Watchers = 1_000;
    public const int EventsPerSecond = 200;

    public static async Task MeasureAsync(Report report, IRevisionStore store, TimeSpan duration, CancellationToken cancel)
    {
        IResourceStore resource = store.Resource("fanout");
        int events = (int)(duration.TotalSeconds * EventsPerSecond);
        long last = store.Revision + events;
        var written = new ConcurrentDictionary<long, long>();
        Task<List<(long, long)>>[] readers = [.. Enumerable.Range(0, Watchers).Select(_ => ReadAsync(resource, store.Revision, last, cancel))];
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < events; i++)
        {
            var key = new ObjectKey("ns", $"p{i % 100}");
            long asked = Stopwatch.GetTimestamp();
            WriteResult result = await resource.WriteAsync(BenchDocument.Create(key), cancel);
            written[result.Revision] = asked;
            TimeSpan ahead = TimeSpan.FromSeconds((i + 1.0) / EventsPerSecond) - Stopwatch.GetElapsedTime(started);
            if (ahead > TimeSpan.FromMilliseconds(1))
                await Task.Delay(ahead, cancel);
        }
        List<(long Revision, long At)>[] read = await Task.WhenAll(readers);
        double elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double[] latencies = [.. read.SelectMany(list => list)
            .Select(item => Stopwatch.GetElapsedTime(written[item.Revision], item.At).TotalMilliseconds).Order()];
        report.Add("fanout.watchers", Watchers, "");
        report.Add("fanout.eventsPerSecond", events / elapsed, "events/s");
        report.Add("fanout.deliveredPerSecond", latencies.Length / elapsed, "deliveries/s");
        report.Add("fanout.p50", ClosedLoop.Percentile(latencies, 0.5), "ms from asking for the write to reading its event");
        report.Add("fanout.p99", ClosedLoop.Percentile(latencies, 0.99), "ms");
        report.Add("fanout.cpuSeconds", (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds, "s");
    }

    private static async Task<List<(long Revision, long At)>> ReadAsync(IResourceStore resource, long after, long last, CancellationToken cancel)
    {
        var read = new List<(long, long)>();
        using IWatchCursor cursor = resource.Watch(after);
        while (cursor.Revision < last)
        {
            if (cursor.TryRead(out StoreEvent? change))
                read.Add((change.Revision, Stopwatch.GetTimestamp()));
            else if (cursor.Revision < last)
                await cursor.WaitAsync(cancel);
        }
        return read;
    }
}
