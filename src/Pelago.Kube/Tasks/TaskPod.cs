// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>What the tasks of one pod share.</summary>
public sealed record TaskPod
{
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>The cluster as people call it.</summary>
    public string Cluster { get; init; } = "";
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public string Uid { get; init; } = "";

    /// <summary>Empty when the pod is not bound.</summary>
    public string Node { get; init; } = "";

    /// <summary>Empty while the pod has none.</summary>
    public string Ip { get; init; } = "";

    /// <summary>What manages the pod, as <c>Kind/name</c>; a Deployment where a ReplicaSet is one's. Empty when nothing does.</summary>
    public string Owner { get; init; } = "";
    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels;

    /// <summary>When the pod was made, in seconds since 1970; 0 when that is not known.</summary>
    public long Created { get; init; }
}
