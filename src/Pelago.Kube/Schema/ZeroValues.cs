// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>Go's zero values, as JSON.</summary>
internal static class ZeroValues
{
    public static bool Is(JsonNode value) => value switch
    {
        JsonObject json => json.Count == 0,
        JsonArray array => array.Count == 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.False => true,
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            JsonValueKind.Number => value.AsInteger() == 0,
            _ => false,
        },
    };

    /// <summary>The value that Go writes for an unset field; null for the types that write nothing (times, quantities, raw JSON).</summary>
    public static JsonNode? Of(SchemaNode schema) => schema switch
    {
        { PreserveUnknownFields: true } or { IntOrString: true } or { Format: "date-time" or "quantity" } => null,
        { Type: "object" } => new JsonObject(),
        { Type: "array" } => new JsonArray(),
        { Type: "string" } => JsonValue.Create(""),
        { Type: "integer" or "number" } => JsonValue.Create(0L),
        { Type: "boolean" } => JsonValue.Create(false),
        _ => null,
    };
}
