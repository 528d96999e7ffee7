// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Schema.Defaults;

/// <summary>Services; addresses and node ports are allocated elsewhere.</summary>
internal static class ServiceDefaults
{
    private const long AffinitySeconds = 10800;

    public static void Service(KubeObject service)
    {
        if (service.Spec is not { } spec)
            return;
        Affinity(spec);
        foreach (JsonObject port in spec.Array("ports")?.OfType<JsonObject>() ?? [])
        {
            if (IsUnset(port["targetPort"]) && port["port"] is { } number)
                port["targetPort"] = number.DeepClone();
        }
        string type = spec.String("type") ?? "";
        bool external = type is "LoadBalancer" or "NodePort" || type == "ClusterIP" && spec.Array("externalIPs") is { Count: > 0 };
        if (external)
            spec.TryAdd("externalTrafficPolicy", "Cluster");
        if (type is "ClusterIP" or "NodePort" or "LoadBalancer")
            spec.TryAdd("internalTrafficPolicy", "Cluster");
        if (type == "LoadBalancer")
            LoadBalancer(service, spec);
    }

    private static void Affinity(JsonObject spec)
    {
        string affinity = spec.String("sessionAffinity") ?? "";
        if (affinity == "None")
            spec.Remove("sessionAffinityConfig");
        else if (affinity == "ClientIP" && spec.At("sessionAffinityConfig", "clientIP", "timeoutSeconds") is null)
            spec["sessionAffinityConfig"] = new JsonObject { ["clientIP"] = new JsonObject { ["timeoutSeconds"] = AffinitySeconds } };
    }

    private static void LoadBalancer(KubeObject service, JsonObject spec)
    {
        spec.TryAdd("allocateLoadBalancerNodePorts", true);
        foreach (JsonObject ingress in (service.Status?.Object("loadBalancer")?.Array("ingress"))?.OfType<JsonObject>() ?? [])
        {
            if (ingress.ContainsKey("ip"))
                ingress.TryAdd("ipMode", "VIP");
        }
    }

    /// <summary>0 and the empty text are what an unset port decodes to.</summary>
    private static bool IsUnset(JsonNode? port) => port is null || port.AsInteger() == 0 || port is JsonValue value && value.TryGetValue(out string? text) && text.Length == 0;
}
