// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Engine.Authentication;
using Pelago.Engine.Certificates;
using Pelago.Kube;

namespace Pelago.Engine.Bootstrap;

/// <summary>The documents that a cluster has before anybody made one, beside those of RBAC.</summary>
internal static class SystemObjects
{
    public static readonly IReadOnlyList<string> Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public static KubeObject Namespace(string name) => New("v1", "Namespace", "", name, []);

    public static IEnumerable<KubeObject> PriorityClasses() =>
    [
        PriorityClass("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
        PriorityClass("system-cluster-critical", 2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
    ];

    /// <summary>How aggregated API servers learn whom to believe: which authority signs clients, and which headers the front proxy sends.</summary>
    public static KubeObject ExtensionAuthentication(BootstrapOptions options) =>
        New("v1", "ConfigMap", "kube-system", "extension-apiserver-authentication", new JsonObject
        {
            ["data"] = new JsonObject
            {
                ["client-ca-file"] = options.ClientAuthorityPem,
                ["requestheader-allowed-names"] = $"[\"{ClusterPki.FrontProxyClientName}\"]",
                ["requestheader-client-ca-file"] = options.FrontProxyAuthorityPem,
                ["requestheader-extra-headers-prefix"] = $"[\"{FrontProxy.ExtraPrefix}\"]",
                ["requestheader-group-headers"] = $"[\"{FrontProxy.GroupHeader}\"]",
                ["requestheader-uid-headers"] = $"[\"{FrontProxy.UidHeader}\"]",
                ["requestheader-username-headers"] = $"[\"{FrontProxy.UserHeader}\"]",
            },
        });

    public static KubeObject KubernetesService(BootstrapOptions options)
    {
        string address = options.ServiceAddress.ToString();
        KubeObject service = New("v1", "Service", "default", "kubernetes", new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = address,
                ["clusterIPs"] = new JsonArray(address),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = options.Server.Port }),
                ["sessionAffinity"] = "None",
                ["type"] = "ClusterIP",
            },
        });
        service.Metadata["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" };
        return service;
    }

    public static KubeObject KubernetesEndpoints(BootstrapOptions options)
    {
        // the skip-mirror label: the slice below is made here, not by the mirroring controller
        KubeObject endpoints = New("v1", "Endpoints", "default", "kubernetes", new JsonObject
        {
            ["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = options.Server.Address.ToString() }),
                ["ports"] = new JsonArray(Port(options)),
            }),
        });
        endpoints.Metadata["labels"] = new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" };
        return endpoints;
    }

    public static KubeObject KubernetesEndpointSlice(BootstrapOptions options)
    {
        KubeObject slice = New("discovery.k8s.io/v1", "EndpointSlice", "default", "kubernetes", new JsonObject
        {
            ["addressType"] = options.Server.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4",
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(options.Server.Address.ToString()), ["conditions"] = new JsonObject { ["ready"] = true },
            }),
            ["ports"] = new JsonArray(Port(options)),
        });
        slice.Metadata["labels"] = new JsonObject { ["kubernetes.io/service-name"] = "kubernetes" };
        return slice;
    }

    private static JsonObject Port(BootstrapOptions options) => new() { ["name"] = "https", ["port"] = options.Server.Port, ["protocol"] = "TCP" };

    private static KubeObject PriorityClass(string name, int value, string description) =>
        New("scheduling.k8s.io/v1", "PriorityClass", "", name, new JsonObject
        {
            ["value"] = value, ["description"] = description, ["preemptionPolicy"] = "PreemptLowerPriority",
        });

    private static KubeObject New(string apiVersion, string kind, string ns, string name, JsonObject rest)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns.Length > 0)
            metadata["namespace"] = ns;
        var json = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
        foreach ((string field, JsonNode? value) in rest)
            json[field] = value?.DeepClone();
        return new KubeObject(json);
    }
}
