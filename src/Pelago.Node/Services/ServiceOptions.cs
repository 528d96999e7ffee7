// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Kube;

namespace Pelago.Node.Services;

/// <summary>Where the services of one cluster are on this machine.</summary>
public sealed record ServiceOptions
{
    /// <summary>Where cluster IPs come from. Inside 127.0.0.0/8 no privileges are needed and nothing is made.</summary>
    public required Cidr4 ServiceNetwork { get; init; }

    /// <summary>All pod networks of the cluster on this machine, on the pod bridge.</summary>
    public required Cidr4 PodNetwork { get; init; }

    /// <summary>The host's address on the pod bridge, with the prefix of the first node's pods.</summary>
    public required Cidr4 FirstNodeNetwork { get; init; }

    /// <summary>The pod bridge; at most 11 characters, for one interface is named after it.</summary>
    public string BridgeName { get; init; } = "pelago0";

    /// <summary>Where node ports listen.</summary>
    public IPAddress NodeAddress { get; init; } = IPAddress.Loopback;

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>TCP connections at one time, of all services.</summary>
    public int MaxConnections { get; init; } = 8192;

    /// <summary>Clients of one UDP port at one time.</summary>
    public int MaxFlows { get; init; } = 1024;

    /// <summary>Name servers for names that are not the cluster's; null: those of /etc/resolv.conf.</summary>
    public IReadOnlyList<IPEndPoint>? Upstreams { get; init; }

    internal bool IsLoopback => IPAddress.IsLoopback(ServiceNetwork.AddressAt(0));

    /// <summary>The tenth address, as kubeadm has it.</summary>
    internal IPAddress DnsAddress => ServiceNetwork.AddressAt(10);
}
