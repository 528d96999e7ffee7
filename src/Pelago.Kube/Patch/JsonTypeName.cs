// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>The words of decoding errors for a value: <c>object</c>, <c>array</c>, <c>string</c>, <c>number</c>, <c>bool</c>, <c>null</c>.</summary>
internal static class JsonTypeName
{
    public static string Of(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            _ => "bool",
        },
    };

    /// <summary>The Go type that a decoded value has, as reflection prints it in messages.</summary>
    public static string OfGo(JsonNode? node) => node switch
    {
        null => "%!s(<nil>)",
        JsonObject => GoMap,
        JsonArray => GoSlice,
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => JsonNumber.TryRead(node, out JsonNumber number) && number.IsInteger ? "int64" : "float64",
            _ => "bool",
        },
    };

    public const string GoMap = "map[string]interface {}";
    public const string GoSlice = "[]interface {}";
}
