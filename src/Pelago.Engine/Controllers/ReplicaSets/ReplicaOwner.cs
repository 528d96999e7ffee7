// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>A ReplicaSet or a ReplicationController, as far as keeping replicas goes.</summary>
internal sealed record ReplicaOwner
{
    public required Owner Owner { get; init; }
    public required int Replicas { get; init; }
    public required int MinReadySeconds { get; init; }
    public required LabelSelector Selector { get; init; }
    public required V1PodTemplateSpec Template { get; init; }
    public required long Generation { get; init; }
    public required ReplicaStatus Status { get; init; }

    /// <summary>The uid of the Deployment above, whose other pods count as related.</summary>
    public string? ParentUid { get; init; }
}

/// <summary>The status both kinds have. Null conditions read as none.</summary>
internal sealed record ReplicaStatus
{
    public int Replicas { get; init; }
    public int FullyLabeled { get; init; }
    public int Ready { get; init; }
    public int Available { get; init; }
    public int Terminating { get; init; }
    public long ObservedGeneration { get; init; }

    /// <summary>The ReplicaFailure condition, if there is one.</summary>
    public ReplicaFailure? Failure { get; init; }
}

internal sealed record ReplicaFailure(string Reason, string Message, DateTime Since);
