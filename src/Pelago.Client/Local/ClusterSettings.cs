// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Local;

/// <summary>
/// What a cluster keeps from its first start on (<c>clusters/NAME/cluster.json</c>), so that its addresses stay what they were.
/// </summary>
public sealed record ClusterSettings
{
    public required string Name { get; init; }

    /// <summary>The API server's port on loopback.</summary>
    public required int Port { get; init; }

    /// <summary>Which of the machine's address ranges this cluster has; unique among all homes of the machine.</summary>
    public required int Slot { get; init; }
    public required int Nodes { get; init; }
    public bool Simulated { get; init; }

    /// <summary>What runs the pods: <c>process</c> or <c>containerd</c>.</summary>
    public string Runtime { get; init => field = value ?? ProcessRuntime; } = ProcessRuntime;

    public const string ProcessRuntime = "process";
    public const string ContainerdRuntime = "containerd";
}
