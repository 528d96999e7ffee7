// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Watches what is installed on each cluster, one watch for each kind that has any, so that what is healthy need not be asked for again and again. For
/// many threads.
/// </summary>
/// <param name="changed">Told of an installation and a cluster on which an object of it came, changed or went.</param>
internal sealed class ObjectWatches(Action<ObjectKey, string> changed, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
{
    private static readonly ListQuery Installed = new() { LabelSelector = PackagesApi.InstallationLabel };
    private readonly Lock _gate = new();
    private readonly Dictionary<IKubeApi, ClusterWatches> _clusters = [];

    /// <summary>Whether changes of all these kinds are heard of from now on; those that are not yet will be.</summary>
    public bool Covers(IKubeApi api, IEnumerable<GroupVersionResource> resources)
    {
        lock (_gate)
        {
            if (!_clusters.TryGetValue(api, out ClusterWatches? cluster))
                _clusters[api] = cluster = new ClusterWatches(new InformerFactory(api, InformerOptions.Default, time, loggers), cancel);
            bool all = true;
            foreach (GroupVersionResource resource in resources)
                all &= cluster.Get(resource, change => Tell(change, api.Cluster, cluster)).HasSynced;
            cluster.Start();
            return all;
        }
    }

    /// <summary>Ends the watches of all other clusters: they were taken out of the fleet.</summary>
    public void Retain(IReadOnlySet<IKubeApi> apis)
    {
        lock (_gate)
        {
            foreach ((IKubeApi api, ClusterWatches cluster) in _clusters.Where(pair => !apis.Contains(pair.Key)).ToArray())
            {
                cluster.Dispose();
                _clusters.Remove(api);
            }
        }
    }

    /// <summary>Until the watches have ended that were not ended before, once the token says so.</summary>
    public async Task StoppedAsync()
    {
        ClusterWatches[] all;
        lock (_gate)
            all = [.. _clusters.Values];
        foreach (ClusterWatches cluster in all)
        {
            await cluster.StoppedAsync();
            cluster.Dispose();
        }
    }

    private void Tell(InformerEvent<InstalledObject> change, string name, ClusterWatches cluster)
    {
        // What was on its way when its watch was ended is nobody's concern any more.
        if (!cluster.IsOver && change.Latest.Installation is { } installation)
            changed(installation, name);
    }

    /// <summary>All that is kept of an object: whose it is.</summary>
    private sealed record InstalledObject(ObjectKey? Installation)
    {
        public static InstalledObject Read(ReadOnlyMemory<byte> utf8) => new(OwnerMark.InstallationOf(KubeObject.Parse(utf8)));
    }

    private sealed class ClusterWatches(InformerFactory informers, CancellationToken cancel) : IDisposable
    {
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        private readonly Dictionary<GroupVersionResource, Informer<InstalledObject>> _known = [];

        public Informer<InstalledObject> Get(GroupVersionResource resource, Action<InformerEvent<InstalledObject>> handler)
        {
            if (!_known.TryGetValue(resource, out Informer<InstalledObject>? informer))
            {
                _known[resource] = informer = informers.Get(resource, "", Installed, InstalledObject.Read);
                informer.AddHandler(handler);
            }

            return informer;
        }

        public bool IsOver => _stop.IsCancellationRequested;

        public void Start() => informers.Start(_stop.Token);

        public Task StoppedAsync() => informers.StoppedAsync();

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }
}
