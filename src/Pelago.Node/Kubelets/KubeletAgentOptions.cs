// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Kube;

namespace Pelago.Node.Kubelets;

/// <summary>What an agent beside a kubelet is told at its start.</summary>
public sealed record KubeletAgentOptions
{
    /// <summary>The Node object of the machine it is on.</summary>
    public required string Node { get; init; }

    /// <summary>The node's address, where the agent listens and the hub finds it.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>0 picks a free one.</summary>
    public int Port { get; init; } = NodeApi.AgentPort;

    /// <summary>The socket of the kubelet's containerd, which serves CRI and containerd's own services.</summary>
    public string Socket { get; init; } = "/run/containerd/containerd.sock";

    /// <summary>For archives of images until they are in containerd, and logs while they are read.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The namespace of hub and agents.</summary>
    public string Namespace { get; init; } = NodeApi.Namespace;

    /// <summary>A token of this pod's for the hub, which is rotated.</summary>
    public required string HubTokenFile { get; init; }

    /// <summary>Who keeps what has ended; null: nobody.</summary>
    public KubeletRunsOptions? Runs { get; init; }

    /// <summary>What it says of itself.</summary>
    public string Version { get; init; } = "";

    /// <summary>How often it registers again, so that the hub knows that it is there.</summary>
    public TimeSpan BetweenRegistrations { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How soon it tries again when the hub could not be told, and by how much at most it is late, by chance, then and after a change of the hub.</summary>
    public TimeSpan BetweenAttempts { get; init; } = TimeSpan.FromSeconds(3);
}
