// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Pods;

/// <summary>Makes the strategic merge patch from the status that the API server has to the one that the node wants; only what differs.</summary>
internal static class StatusPatch
{
    // The node owns these. Conditions and podIPs merge by key; all other lists are replaced whole.
    private static readonly string[] Fields =
    [
        "phase", "reason", "message", "hostIP", "hostIPs", "podIP", "startTime", "qosClass",
        "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses",
    ];

    /// <summary>Null when nothing differs. The uid in it makes the patch fail on another pod of the same name.</summary>
    public static JsonObject? Between(V1PodStatus? old, V1PodStatus wanted, string uid)
    {
        JsonObject before = old is null ? [] : AsJson(old);
        JsonObject after = AsJson(wanted);
        var status = new JsonObject();
        foreach (string field in Fields)
        {
            if (!JsonNode.DeepEquals(before[field], after[field]))
                status[field] = after[field]?.DeepClone();
        }
        AddAddresses(before, after, status);
        AddConditions(before, after, status);
        if (status.Count == 0)
            return null;
        return new JsonObject { ["metadata"] = new JsonObject { ["uid"] = uid }, ["status"] = status };
    }

    private static JsonObject AsJson(V1PodStatus status) => KubeJson.ParseObject(ModelJson.Encode(status));

    private static void AddAddresses(JsonObject before, JsonObject after, JsonObject status)
    {
        if (JsonNode.DeepEquals(before["podIPs"], after["podIPs"]) || after["podIPs"] is not JsonArray addresses)
            return;
        var replaced = new JsonArray();
        if (before["podIPs"] is JsonArray { Count: > 0 })
            replaced.Add((JsonNode)new JsonObject { ["$patch"] = "replace" });
        foreach (JsonNode? address in addresses)
            replaced.Add(address?.DeepClone());
        status["podIPs"] = replaced;
    }

    private static void AddConditions(JsonObject before, JsonObject after, JsonObject status)
    {
        var changed = new JsonArray();
        foreach (JsonNode? node in after.Array("conditions") ?? [])
        {
            if (node is not JsonObject condition)
                continue;
            JsonObject? old = (before.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(item => item.String("type") == condition.String("type"));
            if (old is not null && IsSame(old, condition))
                continue;
            var patch = (JsonObject)condition.DeepClone();
            foreach (string field in new[] { "reason", "message" })
            {
                if (old?[field] is not null && patch[field] is null)
                    patch[field] = null;
            }
            changed.Add((JsonNode)patch);
        }
        if (changed.Count > 0)
            status["conditions"] = changed;
    }

    private static bool IsSame(JsonObject old, JsonObject wanted) =>
        new[] { "status", "reason", "message", "lastTransitionTime" }.All(field => JsonNode.DeepEquals(old[field], wanted[field]));
}
