// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Images;
using Pelago.Node.Ports;

namespace Pelago.Node.Registration;

/// <summary>What a node says of itself, real or simulated.</summary>
internal sealed record NodeDescription
{
    public required string Name { get; init; }
    public required string Address { get; init; }

    /// <summary>The port of the node API; 0: none.</summary>
    public int Port { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyList<V1Taint> Taints { get; init; }
    public required IDictionary<string, ResourceQuantity> Capacity { get; init; }
    public required V1NodeSystemInfo Info { get; init; }
    public string PodNetwork { get; init; } = "";

    /// <summary>Null where ports are those of no machine.</summary>
    public PortReport? Ports { get; init; }

    /// <summary>Null where images are only labels.</summary>
    public ImageReport? Images { get; init; }
}

/// <summary>Writes Node objects and the conditions in them.</summary>
internal static class NodeDocument
{
    public static V1Node Of(NodeDescription node, IReadOnlyList<V1NodeCondition> conditions) => new()
    {
        ApiVersion = "v1", Kind = "Node",
        Metadata = new V1ObjectMeta { Name = node.Name, Labels = LabelsOf(node), Annotations = node.Ports?.Now() },
        Spec = new V1NodeSpec
        {
            Taints = node.Taints.Count == 0 ? null : [.. node.Taints],
            PodCIDR = node.PodNetwork.Length == 0 ? null : node.PodNetwork,
            PodCIDRs = node.PodNetwork.Length == 0 ? null : [node.PodNetwork],
        },
        Status = StatusOf(node, conditions, images: null),
    };

    public static V1NodeStatus StatusOf(NodeDescription node, IReadOnlyList<V1NodeCondition> conditions, IList<V1ContainerImage>? images) => new()
    {
        Capacity = node.Capacity, Allocatable = node.Capacity, Conditions = [.. conditions], NodeInfo = node.Info, Images = images,
        Addresses = [new V1NodeAddress { Type = "InternalIP", Address = node.Address }, new V1NodeAddress { Type = "Hostname", Address = node.Name }],
        DaemonEndpoints = new V1NodeDaemonEndpoints { KubeletEndpoint = new V1DaemonEndpoint { Port = node.Port } },
    };

    public static Dictionary<string, string> LabelsOf(NodeDescription node)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kubernetes.io/hostname"] = node.Name, ["kubernetes.io/os"] = node.Info.OperatingSystem, ["kubernetes.io/arch"] = node.Info.Architecture,
            ["beta.kubernetes.io/os"] = node.Info.OperatingSystem, ["beta.kubernetes.io/arch"] = node.Info.Architecture,
        };
        foreach ((string key, string value) in node.Labels)
            labels[key] = value;
        return labels;
    }
}
