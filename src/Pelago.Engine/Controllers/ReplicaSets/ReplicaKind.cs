// SPDX-License-Identifier: Apache-2.0

using k8s;
using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>One of the two kinds that keep a number of pods: how to see it, and how to write its status.</summary>
internal sealed record ReplicaKind<T>(string Component, Func<T, Owner, ReplicaOwner> View, Func<T, ReplicaStatus, T> WithStatus)
    where T : class, IKubernetesObject<V1ObjectMeta>;

/// <summary>The two.</summary>
internal static class ReplicaKinds
{
    public static ReplicaKind<V1ReplicaSet> ReplicaSet { get; } = new("replicaset-controller", View, WithStatus);

    public static ReplicaKind<V1ReplicationController> ReplicationController { get; } = new("replication-controller", View, WithStatus);

    private static ReplicaOwner View(V1ReplicaSet set, Owner owner) => new()
    {
        Owner = owner,
        Replicas = set.Spec.Replicas ?? 1,
        MinReadySeconds = set.Spec.MinReadySeconds ?? 0,
        Selector = set.Spec.Selector.ToSelector(),
        Template = set.Spec.Template ?? new V1PodTemplateSpec(),
        Generation = set.Metadata.Generation ?? 0,
        ParentUid = new OwnedModel<V1ReplicaSet>(set).Controller?.Uid,
        Status = new ReplicaStatus
        {
            Replicas = set.Status?.Replicas ?? 0,
            FullyLabeled = set.Status?.FullyLabeledReplicas ?? 0,
            Ready = set.Status?.ReadyReplicas ?? 0,
            Available = set.Status?.AvailableReplicas ?? 0,
            Terminating = set.Status?.TerminatingReplicas ?? 0,
            ObservedGeneration = set.Status?.ObservedGeneration ?? 0,
            Failure = set.Status?.Conditions?.Where(condition => condition is { Type: "ReplicaFailure", Status: "True" })
                .Select(condition => new ReplicaFailure(condition.Reason ?? "", condition.Message ?? "", condition.LastTransitionTime ?? default)).FirstOrDefault(),
        },
    };

    private static ReplicaOwner View(V1ReplicationController set, Owner owner) => new()
    {
        Owner = owner,
        Replicas = set.Spec.Replicas ?? 1,
        MinReadySeconds = set.Spec.MinReadySeconds ?? 0,
        Selector = set.Spec.Selector.ToSelector(),
        Template = set.Spec.Template ?? new V1PodTemplateSpec(),
        Generation = set.Metadata.Generation ?? 0,
        Status = new ReplicaStatus
        {
            Replicas = set.Status?.Replicas ?? 0,
            FullyLabeled = set.Status?.FullyLabeledReplicas ?? 0,
            Ready = set.Status?.ReadyReplicas ?? 0,
            Available = set.Status?.AvailableReplicas ?? 0,
            ObservedGeneration = set.Status?.ObservedGeneration ?? 0,
            Failure = set.Status?.Conditions?.Where(condition => condition is { Type: "ReplicaFailure", Status: "True" })
                .Select(condition => new ReplicaFailure(condition.Reason ?? "", condition.Message ?? "", condition.LastTransitionTime ?? default)).FirstOrDefault(),
        },
    };

    private static V1ReplicaSet WithStatus(V1ReplicaSet set, ReplicaStatus status) => set with
    {
        Status = new V1ReplicaSetStatus
        {
            Replicas = status.Replicas,
            FullyLabeledReplicas = status.FullyLabeled.NonZero(),
            ReadyReplicas = status.Ready.NonZero(),
            AvailableReplicas = status.Available.NonZero(),
            TerminatingReplicas = status.Terminating.NonZero(),
            ObservedGeneration = status.ObservedGeneration,
            Conditions = status.Failure is not { } failure ? null :
            [
                new V1ReplicaSetCondition
                {
                    Type = "ReplicaFailure", Status = "True", Reason = failure.Reason, Message = failure.Message, LastTransitionTime = failure.Since,
                },
            ],
        },
    };

    private static V1ReplicationController WithStatus(V1ReplicationController set, ReplicaStatus status) => set with
    {
        Status = new V1ReplicationControllerStatus
        {
            Replicas = status.Replicas,
            FullyLabeledReplicas = status.FullyLabeled.NonZero(),
            ReadyReplicas = status.Ready.NonZero(),
            AvailableReplicas = status.Available.NonZero(),
            ObservedGeneration = status.ObservedGeneration,
            Conditions = status.Failure is not { } failure ? null :
            [
                new V1ReplicationControllerCondition
                {
                    Type = "ReplicaFailure", Status = "True", Reason = failure.Reason, Message = failure.Message, LastTransitionTime = failure.Since,
                },
            ],
        },
    };
}
