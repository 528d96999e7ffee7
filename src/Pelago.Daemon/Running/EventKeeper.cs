// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.History;
using Pelago.Kube;

namespace Pelago.Daemon.Running;

/// <summary>Takes the Events of a cluster's pods into its history, before the cluster forgets them. After a pause it reads all that there are: known ones are only counted up.</summary>
internal sealed partial class EventKeeper(IKubeApi api, HistoryStore store, TimeProvider time, ILogger log)
{
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(2);
    private const string OfPods = "involvedObject.kind=Pod";

    private readonly Channel<PodEvent> _seen = Channel.CreateBounded<PodEvent>(new BoundedChannelOptions(10_000) { SingleReader = true });

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(FollowAsync(cancel), WriteAsync(cancel));

    private async Task FollowAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                string revision = await ReadAllAsync(cancel);
                var query = new ListQuery { FieldSelector = OfPods, ResourceVersion = revision };
                await foreach (RawWatchEvent change in api.WatchAsync(new ResourcePath(Events), query, cancel))
                {
                    if (change.Type is "ADDED" or "MODIFIED")
                        await SeeAsync(KubeJson.ParseObject(change.Object), cancel);
                }
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                Log.Interrupted(log, fault.Message);
                await Task.Delay(Pause, time, cancel);
            }
        }
    }

    private async Task<string> ReadAllAsync(CancellationToken cancel)
    {
        string next = "";
        while (true)
        {
            var query = new ListQuery { FieldSelector = OfPods, Limit = 500, Continue = next.Length > 0 ? next : null };
            JsonObject list = KubeJson.ParseObject((await api.ListAsync(new ResourcePath(Events), query, cancel)).BodyOrThrow());
            foreach (JsonObject item in (list.Array("items") ?? []).OfType<JsonObject>())
                await SeeAsync(item, cancel);
            next = list.Object("metadata")?.String("continue") ?? "";
            if (next.Length == 0)
                return list.Object("metadata")?.String("resourceVersion") ?? "";
        }
    }

    /// <summary>What came within some seconds is one commit: the cluster still has it, so there is no hurry.</summary>
    private async Task WriteAsync(CancellationToken cancel)
    {
        var together = new List<PodEvent>();
        while (await _seen.Reader.WaitToReadAsync(cancel))
        {
            await Task.Delay(Together, time, cancel);
            while (together.Count < 5_000 && _seen.Reader.TryRead(out PodEvent? happened))
                together.Add(happened);
            try
            {
                await store.RecordAsync(together, cancel);
            }
            catch (HistoryException fault)
            {
                Log.Interrupted(log, fault.Message);
            }

            together.Clear();
        }
    }

    private async Task SeeAsync(JsonObject item, CancellationToken cancel)
    {
        if (PodEvent.Read(item, time.GetUtcNow()) is { } happened)
            await _seen.Writer.WriteAsync(happened, cancel);
    }

    private static partial class Log
    {
        [LoggerMessage(5032, LogLevel.Warning, "Events of pods were not taken into history for a moment, and all are read again: {Why}")]
        public static partial void Interrupted(ILogger log, string why);
    }
}
