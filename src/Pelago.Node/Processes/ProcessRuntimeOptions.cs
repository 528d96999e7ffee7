// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Node.Logs;

namespace Pelago.Node.Processes;

/// <summary>How the process runtime works on this machine.</summary>
internal sealed record ProcessRuntimeOptions
{
    /// <summary>Holds one directory per pod uid.</summary>
    public required string PodsDirectory { get; init; }

    /// <summary>Own mount, pid, network, ipc and uts namespaces for pods. Needs root; without it pods share the host's.</summary>
    public bool Namespaces { get; init; }
    public bool ControlGroups { get; init; }

    /// <summary>How many processes and threads a pod may have, where there are control groups; 0: as many as it likes.</summary>
    public long PodProcessLimit { get; init; }

    /// <summary>Where pods get addresses from: on the bridge, or inside 127.0.0.0/8 when they share the host's network.</summary>
    public required Cidr4 PodNetwork { get; init; }

    /// <summary>All pod networks of the cluster, which share the bridge.</summary>
    public required Cidr4 ClusterNetwork { get; init; }

    /// <summary>Service addresses that answer on the bridge; null: none do.</summary>
    public Cidr4? ServiceNetwork { get; init; }
    public string BridgeName { get; init; } = "pelago0";

    /// <summary>Host directories that containers with a root of their own see empty: the daemon's state, with its keys.</summary>
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];

    /// <summary>Host ports for pods that share the host's network.</summary>
    public int FirstPort { get; init; } = 20000;
    public int LastPort { get; init; } = 29999;
    public LogRotation LogRotation { get; init; } = new();
}
