// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Store;
using Pelago.TestKit.Processes;

namespace Pelago.Bench.Api;

/// <summary>A daemon that starts over a state of very many objects: how long until it answers, and what it takes in memory.</summary>
internal static class Restart
{
    public static async Task MeasureAsync(Report report, PelagoHome home, int objects, CancellationToken cancel)
    {
        // A first start, so that the cluster is whole; then many objects straight into its log.
        await using (var first = new RunningDaemon(DaemonProgram.Path, home.Root, DaemonProgram.Options))
            report.Add("restart.emptySeconds", (await first.StartAsync(cancel)).TotalSeconds, "s for the first start of a new home");
        string state = home.ClusterStateFile("pelago-1");
        await using (IRevisionStore store = await SqliteRevisionStore.OpenAsync(state, new StoreOptions(), cancel))
        {
            foreach (int[] part in Enumerable.Range(0, objects).Chunk(StoreOptions.MaxWritesTogether))
                await store.Resource("configmaps").WriteAsync([.. part.Select(Document)], cancel);
        }

        await using var again = new RunningDaemon(DaemonProgram.Path, home.Root, DaemonProgram.Options);
        report.Add("restart.seconds", (await again.StartAsync(cancel)).TotalSeconds, $"s to a Ready node over {objects:#,0} more objects");
        report.Add("restart.rssMiB", ResidentMiB(again.Pid), "MiB resident");
    }

    private static Write Document(int number)
    {
        var key = new ObjectKey("default", $"c{number:d6}");
        string head = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{";
        string rest = $"\"name\":\"{key.Name}\",\"namespace\":\"default\",\"uid\":\"{Guid.NewGuid()}\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"}},\"data\":{{\"padding\":\"{new string('x', 1_250)}\"}}}}";
        return new Write(key, Write.Any, Encoding.UTF8.GetBytes(head + rest), head.Length);
    }

    private static double ResidentMiB(int pid) =>
        File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
            ? double.Parse(kilobytes) / 1024
            : 0;
}
