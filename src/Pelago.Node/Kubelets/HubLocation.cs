// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Kubelets;

/// <summary>
/// Where the hub is and by which authority it is known. Both stand in a ConfigMap that only the hub may write to; it is watched, so that a hub that
/// comes in the place of another is known at once, and thousands of agents ask nothing while nothing happens.
/// </summary>
internal sealed class HubLocation
{
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private readonly ObjectKey _key;
    private readonly Informer<HubPlace> _informer;
    private TaskCompletionSource _changed = NewSignal();

    public HubLocation(IKubeApi api, string ns, TimeProvider time, ILogger log)
    {
        _key = new ObjectKey(ns, NodeApi.Hub);

        // By its name: that one is all that the role of agents lets them read.
        var query = new ListQuery { FieldSelector = $"metadata.name={NodeApi.Hub}" };
        _informer = new Informer<HubPlace>(api, ConfigMaps, ns, query, HubPlace.Read, InformerOptions.Default, time, log);
        _informer.AddHandler(_ => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult());
    }

    /// <summary>The cluster has said what there is.</summary>
    public bool IsKnown => _informer.HasSynced;

    /// <summary>Null: there is no such ConfigMap, or it is not known yet.</summary>
    public HubPlace? Current => _informer.Cache.Get(_key);

    /// <summary>Completes with the first change after it was asked for: ask before <see cref="Current"/>.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public Task KnownAsync(CancellationToken cancel) => _informer.WaitForSyncAsync(cancel);

    /// <summary>Watches until cancelled. Once.</summary>
    public Task WatchAsync(CancellationToken cancel) => _informer.RunAsync(cancel);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
