// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>A Deployment with its ReplicaSets, as one reconciliation sees them. The objects are copies: they may be changed.</summary>
internal sealed class Rollout(V1Deployment deployment, IReadOnlyList<V1ReplicaSet> sets)
{
    public V1Deployment Deployment { get; set; } = deployment;

    /// <summary>The set of the Deployment's present template; null while there is none.</summary>
    public V1ReplicaSet? New { get; set; } = FindNew(deployment, sets);

    /// <summary>All others, oldest first.</summary>
    public List<V1ReplicaSet> Old { get; } = [.. Others(sets, FindNew(deployment, sets))];

    public IEnumerable<V1ReplicaSet> All => New is null ? Old : Old.Append(New);
    public int Desired => Deployment.Spec.Replicas ?? 1;
    public string Namespace => Deployment.Metadata.NamespaceProperty;

    public void Replace(V1ReplicaSet updated)
    {
        if (New?.Metadata.Uid == updated.Metadata.Uid)
            New = updated;
        int at = Old.FindIndex(set => set.Metadata.Uid == updated.Metadata.Uid);
        if (at >= 0)
            Old[at] = updated;
    }

    public long MaxOldRevision => Old.Select(set => DeploymentAnnotations.RevisionOf(set.Metadata)).DefaultIfEmpty(0).Max();

    public static int Replicas(V1ReplicaSet set) => set.Spec.Replicas ?? 1;

    public static int Sum(IEnumerable<V1ReplicaSet> sets) => sets.Sum(Replicas);

    public static int Available(IEnumerable<V1ReplicaSet> sets) => sets.Sum(set => set.Status?.AvailableReplicas ?? 0);

    public static int Actual(IEnumerable<V1ReplicaSet> sets) => sets.Sum(set => set.Status?.Replicas ?? 0);

    /// <summary>The oldest of those with the same template: all clients agree on it.</summary>
    private static V1ReplicaSet? FindNew(V1Deployment deployment, IReadOnlyList<V1ReplicaSet> sets) =>
        ByAge(sets).FirstOrDefault(set => PodTemplates.EqualIgnoringHash(set.Spec.Template, deployment.Spec.Template));

    private static IEnumerable<V1ReplicaSet> Others(IReadOnlyList<V1ReplicaSet> sets, V1ReplicaSet? except) =>
        ByAge(sets).Where(set => set.Metadata.Uid != except?.Metadata.Uid);

    private static IOrderedEnumerable<V1ReplicaSet> ByAge(IEnumerable<V1ReplicaSet> sets) =>
        sets.OrderBy(set => set.Metadata.CreationTimestamp).ThenBy(set => set.Metadata.Name, StringComparer.Ordinal);
}
