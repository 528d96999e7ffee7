// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;

namespace Pelago.Packages.Controllers;

/// <summary>Works on installations, a cluster of one at a time.</summary>
internal sealed class ClusterWork
{
    private readonly InstallationClusters _clusters;
    private readonly TimeProvider _time;
    private readonly RecordStore _records;
    private readonly ReleasePlan _plan;
    private readonly Journal _journal;
    private readonly InstallationWork _whole;
    private readonly ObjectWatches? _watches;
    private string? _hub;
    private readonly ConcurrentDictionary<IKubeApi, ClusterKinds> _kinds = new();

    /// <param name="watches">Null: nothing is watched, and all is looked at from time to time.</param>
    public ClusterWork(InstallationClusters clusters, TimeProvider time, ObjectWatches? watches = null)
    {
        _watches = watches;
        (_clusters, _time) = (clusters, time);
        _records = new RecordStore(clusters.Home, time);
        _plan = new ReleasePlan(clusters.Home, _records);
        _journal = new Journal(clusters.Home);
        _whole = new InstallationWork(clusters.Home, _records, _journal, time);
    }

    /// <param name="cluster">Empty: the installation as a whole.</param>
    public async Task<ReconcileResult> RunAsync(ObjectKey key, string cluster, CancellationToken cancel)
    {
        ApiResult read = await _clusters.Home.GetAsync(new ResourcePath(PackagesApi.Installations, key.Namespace, key.Name), cancel);
        if (read.Error is { } error)
            return error.IsNotFound ? ReconcileResult.Done : ReconcileResult.Failed(error);
        var installation = new Installation(KubeObject.Parse(read.Body));
        try
        {
            return cluster.Length == 0 ? await _whole.RunAsync(installation, cancel) : await RunAsync(installation, cluster, cancel);
        }
        catch (ApiStatusException refused)
        {
            string words = $"cluster {_clusters.Home.Cluster} refuses what is kept of it, which is tried again: {refused.Status.Message}";
            if (cluster.Length == 0 && refused.Status.Code is 403 && installation.Message != words)
                await _journal.WriteAsync(installation, new JsonObject { ["message"] = words }, cancel);
            return ReconcileResult.Failed(refused.Status);
        }
    }

    private async Task<ReconcileResult> RunAsync(Installation installation, string cluster, CancellationToken cancel)
    {
        bool isWanted = !installation.IsDeleting && installation.Spec.ClusterNames(_clusters.Home.Cluster).Contains(cluster);
        ClusterState? state = installation.Clusters.GetValueOrDefault(cluster);
        bool isNothing = isWanted ? !installation.IsObserved || !IsHeld(installation) : state is null or { Phase: InstallationPhase.Removed };
        if (isNothing)
            return ReconcileResult.Done;
        IKubeApi? api = _clusters.Find(cluster);
        // What is put somewhere is written down before.
        bool isUntouched = api is null && state is { Touched.Count: 0 };
        if (!isWanted && (isUntouched || IsAbandoned(installation, cluster)))
        {
            IReadOnlyList<string> left = isUntouched ? [] : [$"everything on cluster {cluster}"];
            await _journal.WriteAsync(installation, cluster, installation.IsDeleting ? state! with { Phase = InstallationPhase.Removed, Left = left } : null, cancel);
            return ReconcileResult.Done;
        }

        IKubeApi target = api ?? _clusters.Home;
        ClusterKinds kinds = _kinds.GetOrAdd(target, static api => new ClusterKinds(api));
        var run = new ClusterRun(installation, cluster, target, kinds, await HubAsync(cancel), _records, _plan, _journal, _time) { Watches = _watches };
        if (api is null)
            return await run.UnknownAsync($"no cluster {cluster} is known here; there are: {_clusters.Known()}", cancel);
        try
        {
            return await run.RunAsync(isWanted, cancel);
        }
        catch (ClusterUnreachableException away) when (away.Cluster == cluster && cluster != _clusters.Home.Cluster)
        {
            return await run.UnreachableAsync(away.Message, cancel);
        }
        catch (ApiStatusException refused)
        {
            ApiStatus said = run.WithoutSecrets(refused.Status);
            return said.IsConflict ? ReconcileResult.Failed(said) : await run.RefusedAsync(said, cancel);
        }
    }

    private async Task<string> HubAsync(CancellationToken cancel) => _hub ??= await OwnerMark.HubOfAsync(_clusters.Home, cancel);

    /// <summary>Nothing is put anywhere before the installation is sure to stay until it is removed again.</summary>
    private static bool IsHeld(Installation installation) => (installation.Object.Finalizers ?? []).Any(item => item?.ToString() == PackagesApi.Finalizer);

    private static bool IsAbandoned(Installation installation, string cluster) =>
        (installation.Object.Annotations?.String(PackagesApi.AbandonAnnotation) ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(cluster);
}
