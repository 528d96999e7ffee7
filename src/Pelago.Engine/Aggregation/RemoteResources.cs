// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Aggregation;

/// <summary>Turns an APIResourceList of another server into the resources of an APIGroupDiscovery version.</summary>
internal static class RemoteResources
{
    public static JsonArray ToAggregated(GroupVersion serves, JsonObject? resourceList)
    {
        var resources = new Dictionary<string, JsonObject>();
        JsonObject[] items = [.. (resourceList?.Array("resources") ?? []).OfType<JsonObject>()];
        foreach (JsonObject item in items.Where(item => !IsSubresource(item)))
            resources[item.String("name") ?? ""] = Resource(serves, item);
        foreach (JsonObject item in items.Where(IsSubresource))
        {
            string[] names = item.String("name")!.Split('/', 2);

            // upstream shows a subresource without its resource under an empty one; nothing asks for that
            if (!resources.TryGetValue(names[0], out JsonObject? parent))
                continue;
            if (parent.Array("subresources") is not { } subresources)
                parent["subresources"] = subresources = [];
            subresources.Add((JsonNode)new JsonObject { ["subresource"] = names[1], ["responseKind"] = Kind(serves, item), ["verbs"] = Clone(item["verbs"]) });
        }

        return new JsonArray([.. resources.Values]);
    }

    private static JsonObject Resource(GroupVersion serves, JsonObject item)
    {
        var resource = new JsonObject
        {
            ["resource"] = item.String("name"),
            ["responseKind"] = Kind(serves, item),
            ["scope"] = item.Boolean("namespaced") == true ? "Namespaced" : "Cluster",
            ["singularResource"] = item.String("singularName") ?? "",
            ["verbs"] = Clone(item["verbs"]),
        };
        foreach (string optional in (ReadOnlySpan<string>)["shortNames", "categories"])
        {
            if (item.Array(optional) is { Count: > 0 } values)
                resource[optional] = values.DeepClone();
        }

        return resource;
    }

    private static JsonObject Kind(GroupVersion serves, JsonObject item) => new()
    {
        ["group"] = item.String("group") is { Length: > 0 } group ? group : serves.Group,
        ["version"] = item.String("version") is { Length: > 0 } version ? version : serves.Version,
        ["kind"] = item.String("kind") ?? "",
    };

    private static bool IsSubresource(JsonObject item) => item.String("name")?.Contains('/', StringComparison.Ordinal) == true;

    private static JsonNode Clone(JsonNode? node) => node?.DeepClone() ?? new JsonArray();
}
