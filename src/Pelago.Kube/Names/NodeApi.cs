// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Names of the aggregated API by which nodes of any cluster are reached through Pelago's hub.</summary>
public static class NodeApi
{
    public const string Group = "node.pelago.dev";
    public const string Version = "v1alpha1";
    public const string ApiVersion = $"{Group}/{Version}";

    /// <summary>Of hub, agents and everything that <c>pelago install</c> applies.</summary>
    public const string Namespace = "pelago-system";
    public const string Hub = "pelago-hub";
    public const string Agent = "pelago-node";

    /// <summary>The port of a node at which its agent is where nothing else is said.</summary>
    public const int AgentPort = 10360;

    /// <summary>The Deployment of the scheduler, and the Lease that its instances lead by.</summary>
    public const string Scheduler = "pelago-scheduler";

    /// <summary>The Deployment that does what Installations say, and the Lease that its instances lead by.</summary>
    public const string Packages = "pelago-packages";

    /// <summary>The <c>spec.schedulerName</c> of pods that are given ports of their nodes on any cluster.</summary>
    public const string SchedulerName = "pelago";

    /// <summary>Whom the tokens are for that agents show to the hub.</summary>
    public const string HubAudience = $"hub.{Group}";

    /// <summary>Of a node's API: below it is what history.pelago.dev serves, of that node alone.</summary>
    public const string HistoryPath = "history/";

    /// <summary>Keys of the ConfigMap in which the hub says where it is and how it is known.</summary>
    public const string AuthorityKey = "ca.crt";
    public const string AddressKey = "address";

    /// <summary>What RBAC decides on: <c>nodes</c>, <c>nodes/proxy</c>.</summary>
    public static GroupResource Nodes { get; } = new(Group, "nodes");

    /// <summary>Whom the tokens are for that the hub shows to the agent of one node: no other agent takes them.</summary>
    public static string AgentAudience(string node) => $"agent.{Group}/{node}";

    /// <summary>The path below which the API of a node is, on the API server.</summary>
    public static string ProxyPath(string node) => $"/apis/{ApiVersion}/nodes/{Uri.EscapeDataString(node)}/proxy";

    /// <summary>The verb of RBAC for an HTTP method (apiserver pkg/endpoints/request/requestinfo.go).</summary>
    public static string VerbOf(string method) => method.ToUpperInvariant() switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "get",
    };
}
