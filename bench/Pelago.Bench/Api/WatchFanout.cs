// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;

namespace Pelago.Bench.Api;

/// <summary>A thousand watchers of one namespace over a few connections, a steady stream of updates: what a delivery costs and how long it takes.</summary>
internal static class WatchFanout
{
    private const int Watchers = 1_000;
    private const int PerConnection = 100;
    private static readonly byte[] Mark = "\"note\":\""u8.ToArray();

    public static async Task MeasureAsync(Report report, BenchedServer server, string ns, BenchOptions options, CancellationToken cancel)
    {
        int perSecond = options.Extra.TryGetValue("events", out string? wanted) ? int.Parse(wanted) : 40;
        int events = (int)Math.Max(20, options.Duration.TotalSeconds * perSecond);
        string watched = $"/api/v1/namespaces/{ns}/configmaps?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Dwatched&timeoutSeconds=600";
        string target = $"/api/v1/namespaces/{ns}/configmaps/watched";
        await server.SendAsync(0, HttpMethod.Post, $"/api/v1/namespaces/{ns}/configmaps", ApiDocuments.ConfigMap("watched", "0"), cancel);
        HttpClient[] connections = [.. Enumerable.Range(0, Watchers / PerConnection).Select(_ => server.Connect())];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        long[] sent = new long[events + 1];
        var readers = new List<Reader>();
        for (int i = 0; i < Watchers; i++)
            readers.Add(await Reader.OpenAsync(connections[i % connections.Length], watched, sent, stop.Token));
        Task[] reading = [.. readers.Select(reader => reader.RunAsync(stop.Token))];
        await Task.WhenAll(readers.Select(reader => reader.Started));

        double cpu = server.Processes.CpuSeconds;
        long started = Stopwatch.GetTimestamp();
        for (int i = 1; i <= events; i++)
        {
            sent[i] = Stopwatch.GetTimestamp();
            await server.SendAsync(0, HttpMethod.Put, target, ApiDocuments.ConfigMap("watched", $"{i}"), cancel);
            TimeSpan ahead = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(started);
            if (ahead > TimeSpan.Zero)
                await Task.Delay(ahead, cancel);
        }

        await Task.WhenAll(readers.Select(reader => reader.Finished)).WaitAsync(TimeSpan.FromSeconds(60), cancel);
        double elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        cpu = server.Processes.CpuSeconds - cpu;
        await stop.CancelAsync();
        await Task.WhenAll(reading);
        double[] latencies = [.. readers.SelectMany(reader => reader.Latencies).Order()];
        report.Add($"{server.Name}fanout.deliveredPerSecond", latencies.Length / elapsed, $"deliveries/s to {Watchers} watchers");
        report.Add($"{server.Name}fanout.p50", ClosedLoop.Percentile(latencies, 0.5), "ms from asking for the write to reading its event");
        report.Add($"{server.Name}fanout.p99", ClosedLoop.Percentile(latencies, 0.99), "ms");
        report.Add($"{server.Name}fanout.cpuPerThousand", cpu / latencies.Length * 1e6, "ms of server CPU for a thousand deliveries");
        foreach (HttpClient connection in connections)
            connection.Dispose();
    }

    /// <summary>Reads the number of each event out of its bytes, and nothing else: the generator must not be what is measured.</summary>
    private sealed class Reader(Stream stream, long[] sent)
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<double> Latencies { get; } = new(sent.Length);

        public Task Started => _started.Task;

        public Task Finished => _finished.Task;

        public static async Task<Reader> OpenAsync(HttpClient client, string path, long[] sent, CancellationToken cancel)
        {
            HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancel);
            response.EnsureSuccessStatusCode();
            return new Reader(await response.Content.ReadAsStreamAsync(cancel), sent);
        }

        public async Task RunAsync(CancellationToken cancel)
        {
            try
            {
                await EventLines.ReadAsync(stream, 16 * 1024, Count, cancel);
            }
            catch (InvalidOperationException ended)
            {
                _finished.TrySetException(ended);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
            }
        }

        private void Count(ReadOnlySpan<byte> line)
        {
            int at = line.IndexOf(Mark);
            if (at < 0)
                return;
            int number = 0;
            for (int i = at + Mark.Length; line[i] != '"'; i++)
                number = number * 10 + line[i] - '0';
            if (number == 0)
                _started.TrySetResult();
            else
                Latencies.Add(Stopwatch.GetElapsedTime(sent[number]).TotalMilliseconds);
            if (number == sent.Length - 1)
                _finished.TrySetResult();
        }
    }
}
