// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// Fills in defaults in place, from the outside in: a default object gets its own fields' defaults, and a field whose parent is absent gets none.
/// A null where the schema allows none is dropped first, so that the default takes its place. What is written is a copy.
/// </summary>
public static class Defaulting
{
    public static void Apply(JsonNode value, SchemaNode schema)
    {
        if (value is JsonArray array)
        {
            if (schema.Items is { } items)
                ApplyItems(array, items);
        }
        else if (value is JsonObject json && schema.Properties is not null)
        {
            ApplyProperties(json, schema);
        }
        else if (value is JsonObject map && schema.AdditionalProperties is { } values && values.HasDefaultsInside)
        {
            ApplyValues(map, values);
        }
    }

    private static void ApplyItems(JsonArray array, SchemaNode items)
    {
        if (!items.HasDefaultsInside)
            return;
        foreach (JsonNode? item in array)
        {
            if (item is not null)
                Apply(item, items);
        }
    }

    private static void ApplyProperties(JsonObject json, SchemaNode schema)
    {
        List<string>? nulls = null;
        foreach ((string field, JsonNode? value) in json)
        {
            if (value is null && schema.Properties!.TryGetValue(field, out SchemaNode? child) && !IsNullAllowed(child))
                (nulls ??= []).Add(field);
        }
        json.RemoveAll(nulls ?? []);
        foreach ((string field, SchemaNode child) in schema.FilledProperties)
        {
            if (!json.ContainsKey(field) && (child.Default?.DeepClone() ?? ZeroValues.Of(child)) is { } filled)
                json[field] = filled;
        }
        foreach ((string field, JsonNode? value) in json)
        {
            if (value is JsonObject or JsonArray && schema.Field(field) is { HasDefaultsInside: true } child)
                Apply(value, child);
        }
    }

    private static void ApplyValues(JsonObject map, SchemaNode values)
    {
        foreach ((_, JsonNode? value) in map)
        {
            if (value is not null)
                Apply(value, values);
        }
    }

    private static bool IsNullAllowed(SchemaNode schema) => schema.Nullable || schema.PreserveUnknownFields && schema.Type is null;
}
