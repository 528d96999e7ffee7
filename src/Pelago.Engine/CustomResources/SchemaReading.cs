// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.CustomResources;

/// <summary>Reads a JSONSchemaProps document.</summary>
internal static class SchemaReading
{
    public static bool IsIntOrString(JsonObject schema) => schema.Boolean("x-kubernetes-int-or-string") == true;

    public static bool Preserves(JsonObject schema) => schema.Boolean("x-kubernetes-preserve-unknown-fields") == true;

    public static bool IsEmbedded(JsonObject schema) => schema.Boolean("x-kubernetes-embedded-resource") == true;

    /// <summary>The named fields, sorted.</summary>
    public static IEnumerable<(string Name, JsonObject Schema)> Properties(JsonObject schema)
    {
        foreach ((string name, JsonNode? property) in (schema.Object("properties") ?? []).OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (property is JsonObject node)
                yield return (name, node);
        }
    }

    /// <summary>The schemas of <c>allOf</c>, <c>anyOf</c> or <c>oneOf</c>.</summary>
    public static IEnumerable<(int Index, JsonObject Schema)> Alternatives(JsonObject schema, string keyword)
    {
        JsonArray alternatives = schema.Array(keyword) ?? [];
        for (int i = 0; i < alternatives.Count; i++)
        {
            if (alternatives[i] is JsonObject alternative)
                yield return (i, alternative);
        }
    }

    /// <summary>The schema and every schema inside it.</summary>
    public static IEnumerable<JsonObject> All(JsonObject schema)
    {
        yield return schema;
        IEnumerable<JsonObject> children = Properties(schema).Select(each => each.Schema)
            .Concat(new[] { "allOf", "anyOf", "oneOf" }.SelectMany(keyword => Alternatives(schema, keyword).Select(each => each.Schema)))
            .Concat(new[] { "items", "additionalProperties", "not" }.Select(keyword => schema.Object(keyword)).OfType<JsonObject>());
        foreach (JsonObject inner in children.SelectMany(All))
            yield return inner;
    }
}
