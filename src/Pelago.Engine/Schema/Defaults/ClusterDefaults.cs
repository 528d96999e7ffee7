// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Schema.Defaults;

/// <summary>Namespaces, nodes, limits, secrets, policies, bindings and definitions.</summary>
internal static class ClusterDefaults
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    /// <summary>A label that selectors can name a namespace by.</summary>
    public static void Namespace(KubeObject ns)
    {
        if (ns.Name.Length > 0)
            ns.Metadata.ObjectOrNew("labels")["kubernetes.io/metadata.name"] = ns.Name;
    }

    public static void Node(KubeObject node)
    {
        if (node.Status is { } status && !status.ContainsKey("allocatable") && status["capacity"] is { } capacity)
            status["allocatable"] = capacity.DeepClone();
    }

    /// <summary>Limits of containers: the default follows the maximum, the default request the default, and then the minimum.</summary>
    public static void LimitRange(KubeObject range)
    {
        foreach (JsonObject item in range.Spec?.Array("limits")?.OfType<JsonObject>() ?? [])
        {
            if (item.String("type") != "Container")
                continue;
            FillFrom(item, "default", item.Object("max"));
            FillFrom(item, "defaultRequest", item.Object("default"));
            FillFrom(item, "defaultRequest", item.Object("min"));
        }
    }

    /// <summary>stringData is only written: it becomes data.</summary>
    public static void Secret(KubeObject secret)
    {
        if (secret.Json["stringData"] is not JsonObject texts)
            return;
        secret.Json.Remove("stringData");
        foreach ((string key, JsonNode? value) in texts)
        {
            if (value is JsonValue text && text.TryGetValue(out string? content))
                secret.Json.ObjectOrNew("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(content));
        }
    }

    public static void NetworkPolicy(KubeObject policy)
    {
        if (policy.Spec is not { } spec || spec.Array("policyTypes") is { Count: > 0 })
            return;
        spec["policyTypes"] = spec.Array("egress") is { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
    }

    public static void Binding(KubeObject binding)
    {
        foreach (JsonObject subject in binding.Json.Array("subjects")?.OfType<JsonObject>() ?? [])
        {
            if (subject.String("kind") is "User" or "Group")
                subject.TryAdd("apiGroup", RbacGroup);
        }
    }

    public static void CustomResourceDefinition(KubeObject definition)
    {
        if (definition.Spec is not { } spec)
            return;
        if (spec.Object("names") is { } names && names.String("kind") is { Length: > 0 } kind)
        {
            names.TryAdd("singular", kind.ToLowerInvariant());
            names.TryAdd("listKind", kind + "List");
        }
        JsonObject? stored = spec.Array("versions")?.OfType<JsonObject>().FirstOrDefault(version => version.Boolean("storage") == true);
        JsonObject status = definition.Json.ObjectOrNew("status");
        if (stored?.String("name") is { } version && status.Array("storedVersions") is not { Count: > 0 })
            status["storedVersions"] = new JsonArray(version);
    }

    private static void FillFrom(JsonObject item, string field, JsonObject? source)
    {
        foreach ((string resource, JsonNode? amount) in source?.ToArray() ?? [])
            item.ObjectOrNew(field).TryAdd(resource, amount?.DeepClone());
    }
}
