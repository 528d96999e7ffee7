// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>The kind <c>Cluster</c> (fleet.pelago.dev/v1alpha1): clusters elsewhere that a hub shows beside its own. Its credentials are a Secret.</summary>
public static class FleetApi
{
    public const string ApiVersion = "fleet.pelago.dev/v1alpha1";

    /// <summary>Where the Secrets are.</summary>
    public const string Namespace = "pelago-fleet";
    public const string SecretType = "fleet.pelago.dev/credentials";
    public static readonly GroupVersionResource Clusters = new("fleet.pelago.dev", "v1alpha1", "clusters");
    public static readonly GroupVersionResource Secrets = new("", "v1", "secrets");
    public static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    public static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    /// <summary>The name of the definition.</summary>
    public const string DefinitionName = "clusters.fleet.pelago.dev";

    /// <summary>The name of a cluster's Secret.</summary>
    public static string SecretOf(string cluster) => $"cluster-{cluster}";

    /// <summary>The definition of the kind, to be applied.</summary>
    public static JsonObject Definition() => KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(Text));

    private const string Text = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"clusters.fleet.pelago.dev"},
         "spec":{"group":"fleet.pelago.dev","scope":"Cluster",
          "names":{"plural":"clusters","singular":"cluster","kind":"Cluster","listKind":"ClusterList","shortNames":["fc"],"categories":["pelago"]},
          "versions":[{"name":"v1alpha1","served":true,"storage":true,"subresources":{"status":{}},
           "additionalPrinterColumns":[
            {"name":"Server","type":"string","jsonPath":".spec.server"},
            {"name":"Reachable","type":"string","jsonPath":".status.conditions[?(@.type==\"Reachable\")].status"},
            {"name":"Serving","type":"string","jsonPath":".status.conditions[?(@.type==\"Serving\")].status"},
            {"name":"Version","type":"string","jsonPath":".status.version"},
            {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}],
           "schema":{"openAPIV3Schema":{"type":"object","required":["spec"],"description":"A cluster elsewhere that the hub shows beside its own.","properties":{
            "spec":{"type":"object","required":["server"],"properties":{
             "server":{"type":"string","pattern":"^https?://","maxLength":2048,"description":"The URL of its API server."},
             "certificateAuthorityData":{"type":"string","format":"byte","description":"The only authorities trusted for the server, as PEM; absent: those of the hub's machine."},
             "tlsServerName":{"type":"string","maxLength":253,"description":"The name to expect in the server's certificate, when it is not the host of its URL."},
             "insecureSkipTLSVerify":{"type":"boolean","description":"Takes any certificate. For trials alone."},
             "credentials":{"type":"object","properties":{"secretName":{"type":"string","maxLength":253,
              "description":"A Secret in the namespace pelago-fleet with tls.crt and tls.key, or token."}}}}},
            "status":{"type":"object","properties":{
             "version":{"type":"string"},
             "conditions":{"type":"array","maxItems":16,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["type"],"items":{"type":"object","required":["type","status"],"properties":{
              "type":{"type":"string"},"status":{"type":"string"},"reason":{"type":"string"},"message":{"type":"string"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}}}}]}}
        """;
}
