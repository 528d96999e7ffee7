// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Options;

/// <summary>What the options of a package are when nobody says anything.</summary>
internal static class OptionDefaults
{
    /// <summary>
    /// Walks <c>properties</c>: a property's own <c>default</c> wins, else those of its properties are taken; an object without any is left out.
    /// </summary>
    public static JsonObject Of(JsonObject? schema) => schema?.Object("properties") is { } properties ? Walk(properties) : [];

    private static JsonObject Walk(JsonObject properties)
    {
        var defaults = new JsonObject();
        foreach ((string name, JsonNode? node) in properties)
        {
            if (node is not JsonObject property)
                continue;
            if (property.TryGetPropertyValue("default", out JsonNode? value))
                defaults[name] = value?.DeepClone();
            else if (property.Object("properties") is { } inner && Walk(inner) is { Count: > 0 } found)
                defaults[name] = found;
        }

        return defaults;
    }
}
