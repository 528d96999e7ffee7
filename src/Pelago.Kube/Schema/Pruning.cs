// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// Brings a document into the form that is stored, in place. Fields that the schema does not know go (unless x-kubernetes-preserve-unknown-fields);
/// of built-in types also what a decode into the Go type and an encode back would lose: nulls, zero values of omitempty fields, fractions of times.
/// </summary>
public static class Pruning
{
    private const string Time = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
    private const string MicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

    public static void Prune(JsonObject json, SchemaNode schema) => PruneObject(json, schema, schema.DefinitionName is not null);

    private static void PruneValue(JsonNode value, SchemaNode schema, bool builtIn)
    {
        if (value is JsonObject json)
            PruneObject(json, schema, builtIn || schema.DefinitionName is not null);
        else if (value is JsonArray array && schema.Items is { } items)
            PruneItems(array, items, builtIn);
    }

    private static void PruneObject(JsonObject json, SchemaNode schema, bool builtIn)
    {
        if (IsRaw(schema))
            return;
        List<string>? gone = null;
        List<(string Field, JsonNode Value)>? changed = null;
        foreach ((string field, JsonNode? value) in json)
        {
            SchemaNode? child = schema.Field(field);
            if (child is null)
            {
                if (!schema.PreserveUnknownFields)
                    (gone ??= []).Add(field);
                continue;
            }
            JsonNode? kept = value;
            if (value is not null)
                PruneValue(value, child, builtIn);
            if (builtIn)
                kept = GoForm(value, child, isMapValue: schema.Properties is null);
            if (kept is null && builtIn)
                (gone ??= []).Add(field);
            else if (!ReferenceEquals(kept, value))
                (changed ??= []).Add((field, kept!));
        }
        json.RemoveAll(gone ?? []);
        foreach ((string field, JsonNode value) in changed ?? [])
            json[field] = value;
    }

    private static void PruneItems(JsonArray array, SchemaNode items, bool builtIn)
    {
        builtIn |= items.DefinitionName is not null;
        for (int i = 0; i < array.Count; i++)
        {
            if (array[i] is { } item)
                PruneValue(item, items, builtIn);
            if (builtIn && GoForm(array[i], items, isMapValue: true) is { } kept && !ReferenceEquals(kept, array[i]))
                array[i] = kept;
        }
    }

    /// <summary>What Go would write; null when it would write nothing.</summary>
    private static JsonNode? GoForm(JsonNode? value, SchemaNode schema, bool isMapValue)
    {
        if (value is null)
            return isMapValue ? ZeroValues.Of(schema) : null;
        if (schema.ZeroValue == ZeroValueRule.Omitted && ZeroValues.Is(value))
            return null;
        if (schema.Format == "date-time" && schema.DefinitionName is Time or MicroTime && value is JsonValue leaf && leaf.TryGetValue(out string? text))
        {
            string canonical = CanonicalTime(text, schema.DefinitionName == MicroTime);
            return canonical == text ? value : JsonValue.Create(canonical);
        }
        return value;
    }

    private static string CanonicalTime(string text, bool micro)
    {
        if (!MetaTime.TryParse(text, out DateTimeOffset time))
            return text;
        return micro ? MetaTime.FormatMicro(time) : MetaTime.Format(time);
    }

    /// <summary>Raw JSON: everything in it is kept, nulls too.</summary>
    private static bool IsRaw(SchemaNode schema) =>
        schema is { PreserveUnknownFields: true, Properties: null, AdditionalProperties: null };
}
