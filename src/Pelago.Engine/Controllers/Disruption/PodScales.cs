// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>How many pods the controllers of a set of pods want in all: what percentages of a budget are of.</summary>
internal sealed class PodScales
{
    private readonly ControllerContext _context;
    private readonly Informer<V1ReplicaSet> _replicaSets;
    private readonly Informer<V1Deployment> _deployments;
    private readonly Informer<V1StatefulSet> _statefulSets;
    private readonly Informer<V1ReplicationController> _replicationControllers;

    public PodScales(ControllerContext context)
    {
        _context = context;
        _replicaSets = context.Of<V1ReplicaSet>();
        _deployments = context.Of<V1Deployment>();
        _statefulSets = context.Of<V1StatefulSet>();
        _replicationControllers = context.Of<V1ReplicationController>();
    }

    public IReadOnlyList<IInformer> Informers => [_replicaSets, _deployments, _statefulSets, _replicationControllers];

    /// <summary>Each controller counts once; a pod without one is an error: nobody knows how many of it there should be.</summary>
    public async Task<(int Total, ApiStatus? Error)> SumAsync(IEnumerable<PodSummary> pods, CancellationToken cancel)
    {
        var counted = new HashSet<string>(StringComparer.Ordinal);
        int total = 0;
        foreach (PodSummary pod in pods)
        {
            if (pod.Controller is not { } owner)
                return (0, ApiStatus.Internal($"found no controller ref for pod \"{pod.Key.Name}\""));
            (string uid, int? scale) = await ScaleOfAsync(owner, pod.Key.Namespace, cancel);
            if (scale is null)
                return (0, ApiStatus.Internal($"found no controllers for pod \"{pod.Key.Name}\""));
            if (counted.Add(uid))
                total += scale.Value;
        }
        return (total, null);
    }

    private async Task<(string Uid, int? Scale)> ScaleOfAsync(OwnerReference owner, string ns, CancellationToken cancel)
    {
        switch (owner.Kind)
        {
            case "ReplicaSet" when _replicaSets.Cache.Get(ns, owner.Name) is { } set:
                OwnerReference? above = new OwnedModel<V1ReplicaSet>(set).Controller;
                if (above is { Kind: "Deployment" } && _deployments.Cache.Get(ns, above.Name) is { } deployment)
                    return (above.Uid, deployment.Spec.Replicas ?? 1);
                return (owner.Uid, set.Spec.Replicas ?? 1);
            case "StatefulSet" when _statefulSets.Cache.Get(ns, owner.Name) is { } stateful:
                return (owner.Uid, stateful.Spec.Replicas ?? 1);
            case "ReplicationController" when _replicationControllers.Cache.Get(ns, owner.Name) is { } controller:
                return (owner.Uid, controller.Spec.Replicas ?? 1);
            default:
                return (owner.Uid, await ScaleSubresourceAsync(owner, ns, cancel));
        }
    }

    private async Task<int?> ScaleSubresourceAsync(OwnerReference owner, string ns, CancellationToken cancel)
    {
        if (!GroupVersion.TryParse(owner.ApiVersion, out GroupVersion version))
            return null;
        (ClusterDiscovery? found, _) = await ClusterDiscovery.ReadAsync(_context.Api, cancel);
        DiscoveredResource? resource = found?.Resources.FirstOrDefault(item => item.Resource.Group == version.Group && item.Kind == owner.Kind);
        if (resource is null)
            return null;
        ApiResult scale = await _context.Api.GetAsync(new ResourcePath(resource.Resource, ns, owner.Name, "scale"), cancel);
        return scale.IsSuccess ? (int?)(KubeObject.Parse(scale.Body).Spec?.Integer("replicas") ?? 0) : null;
    }
}
