// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Runtimes;

/// <summary>What the containers of one pod share.</summary>
public sealed record PodSandboxSpec
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required string Uid { get; init; }

    /// <summary>Counts the sandboxes of the same pod, from 0.</summary>
    public int Attempt { get; init; }
    public string Hostname { get; init; } = "";

    /// <summary>What the pod calls itself in its /etc/hosts, the first name being the whole one; empty: the hostname alone.</summary>
    public string OwnNames { get; init; } = "";
    public bool HostNetwork { get; init; }
    public bool HostPid { get; init; }
    public bool HostIpc { get; init; }

    /// <summary>The containers see each other's processes.</summary>
    public bool SharedProcesses { get; init; }

    /// <summary>Some container of the pod is privileged.</summary>
    public bool Privileged { get; init; }

    /// <summary>
    /// The pod asked for everything of the host (its network, processes and IPC) and all its containers are privileged: a runtime of processes then makes
    /// no namespaces, no root directory and, without limits, no control groups.
    /// </summary>
    public bool OnHost { get; init; }

    /// <summary>The text of the pod's /etc/resolv.conf; empty: the host's.</summary>
    public string ResolvConf { get; init; } = "";

    /// <summary>Further names for /etc/hosts: address, then the names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> HostAliases { get; init; } = [];

    /// <summary>Kernel parameters of the pod's own namespaces, by names such as <c>net.ipv4.ip_unprivileged_port_start</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Sysctls { get; init; } = [];

    /// <summary>The pod's weight beside other pods when processors are short, 1024 for each that it requests; 0 leaves it to the kernel.</summary>
    public long CpuShares { get; init; }

    /// <summary>The ports that containers declare.</summary>
    public IReadOnlyList<PodPort> Ports { get; init; } = [];
}

/// <summary>
/// A declared container port. <paramref name="Protocol"/> is TCP, UDP or SCTP; <paramref name="HostPort"/> 0 means none; it is listened on at
/// <paramref name="HostAddress"/> of the node alone, or at all of its addresses when that is empty.
/// </summary>
public sealed record PodPort(string Container, string Name, int ContainerPort, string Protocol, int HostPort = 0, string HostAddress = "");

public enum SandboxState
{
    Ready,
    NotReady,
}

/// <summary>A sandbox as it is.</summary>
public sealed record PodSandboxStatus
{
    public required string Id { get; init; }
    public required PodSandboxSpec Spec { get; init; }
    public required SandboxState State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The pod's own address; empty with the host's network or when the sandbox is not ready.</summary>
    public string Address { get; init; } = "";

    /// <summary>
    /// The ports to really listen on, by declared port, where the pod shares the host's network and so cannot have the declared ones.
    /// </summary>
    public IReadOnlyDictionary<int, int> AssignedPorts { get; init; } = new Dictionary<int, int>();

    /// <summary>True when containers see a root of their own, with volumes at their mount paths.</summary>
    public bool HasOwnRoot { get; init; }
}
