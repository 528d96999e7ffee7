// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>
/// JSON merge patch (RFC 7396, media type <c>application/merge-patch+json</c>) with the habits of the library that API servers use
/// (evanphx/json-patch 4.12): null fields of objects inside a new list are dropped too, unless the list takes the place of an object.
/// </summary>
public static class MergePatch
{
    /// <summary>
    /// Returns the patched document; the arguments stay as they were. A patch that is not an object is a <see cref="PatchException"/> (400).
    /// </summary>
    public static JsonObject Apply(JsonObject document, JsonNode? patch)
    {
        switch (patch)
        {
            case JsonObject fields:
                var result = (JsonObject)document.DeepClone();
                Merge(result, fields);
                return result;
            case null:
                throw PatchException.BadRequest("Invalid JSON Patch");
            default:
                throw PatchException.BadRequest(
                    $"error decoding patch: json: cannot unmarshal {JsonTypeName.Of(patch)} into Go value of type map[string]interface {{}}");
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (target[name] is not JsonObject present)
                target[name] = Pruned(value);
            else if (value is JsonObject fields)
                Merge(present, fields);
            else
                target[name] = value.DeepClone();
        }
    }

    /// <summary>A copy without the null fields of its objects; nulls that are items of a list stay.</summary>
    private static JsonNode Pruned(JsonNode node)
    {
        switch (node)
        {
            case JsonObject json:
                var fields = new JsonObject();
                foreach ((string name, JsonNode? value) in json)
                {
                    if (value is not null)
                        fields[name] = Pruned(value);
                }
                return fields;
            case JsonArray array:
                var items = new JsonArray();
                foreach (JsonNode? item in array)
                    items.Add(item is null ? null : Pruned(item));
                return items;
            default:
                return node.DeepClone();
        }
    }
}
