// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>Reads fields of a tree without exceptions: a field of another type reads as absent, for validation has its own say.</summary>
public static class JsonReading
{
    public static JsonObject? Object(this JsonObject json, string field) => json[field] as JsonObject;

    public static JsonArray? Array(this JsonObject json, string field) => json[field] as JsonArray;

    public static string? String(this JsonObject json, string field) =>
        json[field] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? Boolean(this JsonObject json, string field) =>
        json[field] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static long? Integer(this JsonObject json, string field) => AsInteger(json[field]);

    /// <summary>A whole number, however its node came to be: parsed text or a number put there by code.</summary>
    public static long? AsInteger(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue(out long wide))
            return wide;
        return value.TryGetValue(out int narrow) ? narrow : null;
    }

    /// <summary>Walks objects by field names; null as soon as one is absent.</summary>
    public static JsonNode? At(this JsonObject json, params ReadOnlySpan<string> path)
    {
        JsonNode? node = json;
        foreach (string field in path)
            node = (node as JsonObject)?[field];
        return node;
    }

    /// <summary>The object in a field; made and put there when absent or null.</summary>
    public static JsonObject ObjectOrNew(this JsonObject json, string field)
    {
        if (json[field] is JsonObject present)
            return present;
        var made = new JsonObject();
        json[field] = made;
        return made;
    }
}
