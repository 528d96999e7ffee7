// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Hub.Page.Streams;
using Pelago.Hub.Page.Streams.Feeds;
using Pelago.Kube;

namespace Pelago.Hub.Fleet;

/// <summary>
/// Makes the Cluster objects of the hub's cluster members of the fleet, with what their Secrets hold. One that cannot be used is left out and said to be so. The feed
/// writes, one loop reads.
/// </summary>
internal sealed partial class FleetObjects(FleetRegistry fleet, FleetMember hub, ILogger log, TimeProvider time) : IFeedSink
{
    /// <summary>The kind is made when the first cluster is added.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>Secrets change without a word.</summary>
    private static readonly TimeSpan BetweenSecrets = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KubeObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Versions, ClusterConnection Connection)> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complaints = new(StringComparer.Ordinal);
    private readonly Signal _signal = new();
    private HashSet<string>? _listed;

    public async Task RunAsync(CancellationToken cancel) => await Task.WhenAll(FeedAsync(cancel), SettleAsync(cancel));

    public void Say(FeedState state, string message)
    {
        // The hub's own cluster is a member too, where its state is told.
    }

    public void BeginList() => _listed = new HashSet<string>(StringComparer.Ordinal);

    public void Put(ReadOnlyMemory<byte> item)
    {
        KubeObject cluster;
        try
        {
            cluster = KubeObject.Parse(item.ToArray());
        }
        catch (JsonException)
        {
            return;
        }
        _listed?.Add(cluster.Name);
        lock (_gate)
            _objects[cluster.Name] = cluster;
        _signal.Raise();
    }

    public void Remove(ReadOnlyMemory<byte> item)
    {
        lock (_gate)
            _objects.Remove(MetadataScan.Read(item).Name);
        _signal.Raise();
    }

    public void EndList()
    {
        lock (_gate)
        {
            foreach (string gone in _objects.Keys.Where(name => _listed?.Contains(name) == false).ToList())
                _objects.Remove(gone);
        }
        _listed = null;
        _signal.Raise();
    }

    private async Task FeedAsync(CancellationToken cancel)
    {
        while (true)
        {
            await new ResourceFeed(() => fleet.Find(hub.Name)?.Api, new ResourcePath(FleetApi.Clusters), ListQuery.Everything, this, time).RunAsync(cancel);
            await Task.Delay(BetweenLooks, time, cancel);
        }
    }

    private async Task SettleAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _signal.WaitAsync(BetweenSecrets, time, cancel);
            List<KubeObject> objects;
            lock (_gate)
                objects = [.. _objects.Values.OrderBy(cluster => cluster.Name, StringComparer.Ordinal)];
            var connections = new List<ClusterConnection>();
            foreach (KubeObject cluster in objects)
            {
                if (await ConnectionOfAsync(cluster, cancel) is { } connection)
                    connections.Add(connection);
            }
            if (!connections.SequenceEqual(fleet.Members.Where(member => member.Source == ClusterSource.Fleet).Select(member => member.Connection), ReferenceEqualityComparer.Instance))
                fleet.Replace(ClusterSource.Fleet, connections);
        }
    }

    private async Task<ClusterConnection?> ConnectionOfAsync(KubeObject cluster, CancellationToken cancel)
    {
        try
        {
            KubeObject? secret = await SecretOfAsync(cluster, cancel);
            string versions = $"{cluster.Uid} {cluster.Generation} {secret?.ResourceVersion}";
            if (!_known.TryGetValue(cluster.Name, out (string Versions, ClusterConnection Connection) known) || known.Versions != versions)
                _known[cluster.Name] = known = (versions, FleetDocuments.Connect(cluster, secret));
            return known.Connection;
        }
        catch (Exception fault) when (fault is KubeconfigException or ApiStatusException or ClusterUnreachableException or JsonException)
        {
            if (_complaints.Add(fault.Message))
                Log.Unusable(log, cluster.Name, fault.Message);
            return _known.TryGetValue(cluster.Name, out (string Versions, ClusterConnection Connection) before) && fault is ClusterUnreachableException ? before.Connection : null;
        }
    }

    private async Task<KubeObject?> SecretOfAsync(KubeObject cluster, CancellationToken cancel)
    {
        string? name = cluster.Spec?.Object("credentials")?.String("secretName");
        if (string.IsNullOrEmpty(name) || fleet.Find(hub.Name)?.Api is not { } api)
            return null;
        ApiResult answer = await api.GetAsync(new ResourcePath(FleetApi.Secrets, FleetApi.Namespace, name), cancel);
        if (answer.Error is { IsNotFound: true })
            return null;
        return KubeObject.Parse(answer.BodyOrThrow());
    }

    private static partial class Log
    {
        [LoggerMessage(6120, LogLevel.Warning, "Cluster {Name} cannot be used: {Why}")]
        public static partial void Unusable(ILogger log, string name, string why);
    }
}
