// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// What controllers need to know of a pod, and no more: there may be tens of thousands. Immutable. Equal label sets and recurring texts are shared.
/// </summary>
internal sealed class PodSummary : IOwnedObject
{
    public required ObjectKey Key { get; init; }
    public required string Uid { get; init; }
    public required string ResourceVersion { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public OwnerReference? Controller { get; init; }
    public IReadOnlyList<string> Finalizers { get; init; } = [];
    public DateTimeOffset Created { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>The annotations that some controller reads; null when the pod has none of them.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public string NodeName { get; init; } = "";

    /// <summary>The node that required affinity pins the pod to before it is bound (daemon pods); empty otherwise.</summary>
    public string TargetNode { get; init; } = "";
    public string Phase { get; init; } = "Pending";
    public string Reason { get; init; } = "";
    public string PodIP { get; init; } = "";
    public IReadOnlyList<string> PodIPs { get; init; } = [];
    public string Hostname { get; init; } = "";
    public string Subdomain { get; init; } = "";
    public bool IsReady { get; init; }
    public DateTimeOffset? ReadySince { get; init; }
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Of pods that a Job controls alone: its rules about failures may name any.</summary>
    public IReadOnlyList<PodConditionStatus> Conditions { get; init; } = [];

    /// <summary>The reason of a false PodScheduled condition: <c>Unschedulable</c>, <c>SchedulingGated</c>.</summary>
    public string? UnscheduledReason { get; init; }
    public int Restarts { get; init; }
    public IReadOnlyList<ContainerEnd> Ends { get; init; } = [];

    /// <summary>When the last of its containers that have ended did.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
    public IReadOnlyList<NamedPort> NamedPorts { get; init; } = [];

    /// <summary>The claims it mounts, those of its ephemeral volumes among them.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];

    /// <summary>Volumes that want a claim of their own, by the volume's name.</summary>
    public IReadOnlyList<string> EphemeralVolumes { get; init; } = [];

    /// <summary>NoExecute tolerations alone, as eviction reads them.</summary>
    public IReadOnlyList<EvictionToleration> Tolerations { get; init; } = [];

    public bool IsDeleting => DeletionTimestamp is not null;
    public bool IsFinished => Phase is "Succeeded" or "Failed";

    /// <summary>Neither finished nor on its way out: counts for its controller.</summary>
    public bool IsActive => !IsFinished && !IsDeleting;

    public bool IsAvailable(int minReadySeconds, DateTimeOffset now) =>
        IsReady && (minReadySeconds == 0 || (ReadySince is { } since && since.AddSeconds(minReadySeconds) <= now));
}

/// <summary>How a container ended last.</summary>
internal readonly record struct ContainerEnd(string Name, int ExitCode);

/// <summary>What a condition says: <c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
internal readonly record struct PodConditionStatus(string Type, string Status);

/// <summary>A container port that a Service may name.</summary>
internal readonly record struct NamedPort(string Name, string Protocol, int Port);

/// <summary>A toleration of NoExecute taints; empty key or effect match all.</summary>
internal readonly record struct EvictionToleration(string Key, string Operator, string Value, string Effect, long? Seconds);
