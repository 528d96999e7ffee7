// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Services;

/// <summary>What a Service says of addresses and ports.</summary>
internal static class ServiceFields
{
    public const string Headless = "None";

    public static string Type(KubeObject service) => service.Spec?.String("type") ?? "ClusterIP";

    public static bool NeedsClusterIp(KubeObject service) => Type(service) is "ClusterIP" or "NodePort" or "LoadBalancer";

    /// <summary>Load balancers may do without.</summary>
    public static bool NeedsNodePorts(KubeObject service) =>
        Type(service) == "NodePort" || Type(service) == "LoadBalancer" && service.Spec?.Boolean("allocateLoadBalancerNodePorts") != false;

    public static string ClusterIp(KubeObject service) => service.Spec?.String("clusterIP") ?? "";

    /// <summary>The real addresses; none for headless services.</summary>
    public static IEnumerable<IPAddress> ClusterIps(KubeObject service)
    {
        foreach (JsonNode? node in service.Spec?.Array("clusterIPs") ?? [])
        {
            if (node?.ToString() is { } text && text != Headless && IPAddress.TryParse(text, out IPAddress? address))
                yield return address;
        }
    }

    public static IEnumerable<JsonObject> Ports(KubeObject service) => (service.Spec?.Array("ports") ?? []).OfType<JsonObject>();

    public static IEnumerable<int> NodePorts(KubeObject service)
    {
        foreach (JsonObject port in Ports(service))
        {
            if (port.Integer("nodePort") is > 0 and { } number)
                yield return (int)number;
        }

        if (service.Spec?.Integer("healthCheckNodePort") is > 0 and { } health)
            yield return (int)health;
    }
}
