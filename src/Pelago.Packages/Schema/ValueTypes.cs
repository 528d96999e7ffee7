// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Schema;

/// <summary>The types of JSON Schema, and how values are shown to people.</summary>
internal static class ValueTypes
{
    private const int ShownLength = 60;
    private static readonly string[] Secretive = ["password", "passwd", "secret", "token", "private-key", "private_key"];

    public static bool Matches(JsonNode? rule, JsonNode? value) => rule switch
    {
        JsonArray types => types.Any(type => Is(Text(type), value)),
        _ => Is(Text(rule), value),
    };

    public static string Describe(JsonNode? rule) => rule switch
    {
        JsonArray types => $"one of {string.Join(", ", types.Select(Text))}",
        _ => Article(Text(rule)),
    };

    /// <summary>
    /// A text, number or truth as JSON, cut when it is long. Lists and objects are only measured, since there may be secrets in them; so is what looks like a
    /// secret by its name.
    /// </summary>
    public static string Show(JsonNode? value, InstancePath at)
    {
        if (value is null)
            return "null";
        if (value is JsonObject json)
            return $"object of {Counted(json.Count, "field")}";
        if (value is JsonArray array)
            return $"array of {Counted(array.Count, "item")}";
        string kind = value.GetValueKind() switch
        {
            JsonValueKind.String => "string ",
            JsonValueKind.Number => "number ",
            _ => "",
        };
        string place = at.ToString();
        if (Array.Exists(Secretive, word => place.Contains(word, StringComparison.OrdinalIgnoreCase)))
            return kind.Length == 0 ? "a boolean" : Article(kind.TrimEnd()) + " that is not shown";
        string text = value.ToJsonString();
        return kind + (text.Length <= ShownLength ? text : text[..ShownLength] + "…");
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Article(string type) => type is "array" or "integer" or "object" ? $"an {type}" : $"a {type}";

    private static bool Is(string type, JsonNode? value)
    {
        JsonValueKind kind = value?.GetValueKind() ?? JsonValueKind.Null;
        return type switch
        {
            "null" => kind == JsonValueKind.Null,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "string" => kind == JsonValueKind.String,
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && IsWhole(value),
            _ => true,
        };
    }

    /// <summary>1.0 is a whole number, as for Cosmos' validator; the draft leaves it open.</summary>
    private static bool IsWhole(JsonNode? value) =>
        JsonNumber.TryRead(value, out JsonNumber number) && (number.IsInteger || number.Real == Math.Truncate(number.Real));
}
