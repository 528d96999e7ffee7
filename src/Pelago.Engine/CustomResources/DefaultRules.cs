// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.CustomResources;

/// <summary>Defaults keep to the schema that they stand in, and hold no field that it would prune.</summary>
internal static class DefaultRules
{
    public static void Check(JsonObject schema, string path, List<StatusCause> causes)
    {
        if (schema.TryGetPropertyValue("default", out JsonNode? value))
            CheckValue(schema, value, $"{path}.default", causes);
        if (schema.Object("items") is { } items)
            Check(items, $"{path}.items", causes);
        foreach ((string name, JsonObject property) in SchemaReading.Properties(schema))
            Check(property, $"{path}.properties[{name}]", causes);
    }

    private static void CheckValue(JsonObject schema, JsonNode? value, string path, List<StatusCause> causes)
    {
        SchemaNode node = CustomSchema.ReadPart(schema);
        if (value is JsonObject json)
        {
            var pruned = (JsonObject)json.DeepClone();
            Pruning.Prune(pruned, node);
            if (!JsonNode.DeepEquals(pruned, json))
                causes.Add(FieldCause.Invalid(path, value, "must not have unknown fields"));
        }
        foreach (StatusCause cause in Validation.Validate(value, node))
            causes.Add(cause with { Field = string.IsNullOrEmpty(cause.Field) ? path : $"{path}.{cause.Field}" });
    }
}
