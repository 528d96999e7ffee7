// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>An object in its stored form, and the time at which it is looked at. Whatever is absent or of another type reads as its zero value.</summary>
internal readonly record struct PrintedObject(JsonObject Json, DateTimeOffset Now)
{
    public string Name => Text("metadata", "name") ?? "";

    public string Age => Since("metadata", "creationTimestamp");

    public bool IsDeleting => Text("metadata", "deletionTimestamp") is not null;

    public JsonNode? At(params ReadOnlySpan<string> path) => Json.At(path);

    public JsonObject? Object(params ReadOnlySpan<string> path) => Json.At(path) as JsonObject;

    /// <summary>The objects of a list.</summary>
    public IReadOnlyList<JsonObject> List(params ReadOnlySpan<string> path) => Items(Json.At(path));

    /// <summary>The texts of a list.</summary>
    public IReadOnlyList<string> Texts(params ReadOnlySpan<string> path) => TextsOf(Json.At(path));

    public string? Text(params ReadOnlySpan<string> path) => TextOf(Json.At(path));

    public long Number(params ReadOnlySpan<string> path) => Json.At(path).AsInteger() ?? 0;

    public bool? Flag(params ReadOnlySpan<string> path) => Json.At(path) is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>Entries of an object or a list.</summary>
    public long Count(params ReadOnlySpan<string> path) => Json.At(path) switch
    {
        JsonObject json => json.Count,
        JsonArray array => array.Count,
        _ => 0,
    };

    public string Since(params ReadOnlySpan<string> path) => HumanDuration.Since(Text(path), Now);

    /// <summary>The entry of <c>status.conditions</c> of a type.</summary>
    public JsonObject? Condition(string type)
    {
        foreach (JsonObject condition in List("status", "conditions"))
        {
            if (condition.String("type") == type)
                return condition;
        }
        return null;
    }

    public static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static IReadOnlyList<string> TextsOf(JsonNode? node) => [.. (node as JsonArray)?.Select(TextOf).OfType<string>() ?? []];

    public static IReadOnlyList<JsonObject> Items(JsonNode? node) => [.. (node as JsonArray)?.OfType<JsonObject>() ?? []];
}
