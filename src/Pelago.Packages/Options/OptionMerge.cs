// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Packages.Options;

/// <summary>Lays options over others: object into object field by field; anything else takes the place of what was there, null and lists, too.</summary>
public static class OptionMerge
{
    /// <summary>A new document; neither of the two is changed.</summary>
    public static JsonObject Merge(JsonObject target, JsonObject fragment)
    {
        var merged = (JsonObject)target.DeepClone();
        MergeInto(merged, fragment);
        return merged;
    }

    /// <summary>The same into the first of them.</summary>
    public static void MergeInto(JsonObject target, JsonObject fragment)
    {
        foreach ((string name, JsonNode? value) in fragment)
        {
            if (value is JsonObject inner && target[name] is JsonObject outer)
                MergeInto(outer, inner);
            else
                target[name] = value?.DeepClone();
        }
    }
}
