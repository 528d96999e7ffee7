// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Kube;

namespace Pelago.Hub;

/// <summary>What a hub is told at its start.</summary>
public sealed record HubOptions
{
    /// <summary>Where it listens, and where agents find it: the address of its pod.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>0 picks a free one.</summary>
    public int Port { get; init; } = 8443;

    /// <summary>The namespace of its Service, its ConfigMap and its agents.</summary>
    public string Namespace { get; init; } = NodeApi.Namespace;

    /// <summary>The pod that it is; tokens that it asks for end with it. Null: they are not bound.</summary>
    public (string Name, string Uid)? Pod { get; init; }

    /// <summary>The only port at which agents are taken, at addresses of nodes. Null: any port, also on this machine itself.</summary>
    public int? AgentPort { get; init; } = NodeApi.AgentPort;

    /// <summary>How often it says where it is, and looks at whom it trusts.</summary>
    public TimeSpan BetweenPublications { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An agent that has not registered again for so long is gone.</summary>
    public TimeSpan AgentPatience { get; init; } = TimeSpan.FromMinutes(3);
}
