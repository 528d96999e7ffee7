// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Watch;
using Pelago.Store;

namespace Pelago.Engine.Server;

/// <summary>What an engine tells of itself: its health and its figures.</summary>
internal sealed class EngineReport(IRevisionStore store, RequestMetrics requests, WatchWriter watches, Func<bool> isReady, Func<bool> isStopping)
{
    public IReadOnlyList<HealthCheck> Checks =>
    [
        new("ping", static () => null),
        new("etcd", static () => null),
        new("poststarthook/bootstrap", () => isReady() ? null : "the first objects of the cluster are not there yet", OnlyReady: true),
        new("shutdown", () => isStopping() ? "the server is shutting down" : null, OnlyReady: true),
    ];

    public string Metrics()
    {
        var text = new StringBuilder();
        requests.Write(text);
        text.Append("# HELP apiserver_longrunning_requests Watches under way.\n# TYPE apiserver_longrunning_requests gauge\n");
        text.Append("apiserver_longrunning_requests{verb=\"WATCH\"} ").Append(watches.Watchers).Append('\n');
        text.Append("# HELP pelago_store_revision The newest revision.\n# TYPE pelago_store_revision counter\n");
        text.Append("pelago_store_revision ").Append(store.Revision).Append('\n');
        text.Append("# HELP apiserver_storage_objects Stored objects by resource.\n# TYPE apiserver_storage_objects gauge\n");
        foreach (string resource in store.ResourceNames)
            text.Append("apiserver_storage_objects{resource=\"").Append(resource).Append("\"} ").Append(store.Resource(resource).Current.Count).Append('\n');
        return text.ToString();
    }
}
