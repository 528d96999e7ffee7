// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Marathon;

/// <summary>
/// The fields of an app that were not used yet. Whoever maps a field takes it; what is left in the end has no place in Kubernetes and is named, so that
/// none can be forgotten.
/// </summary>
internal sealed class MarathonFields(JsonObject json, string pointer = "")
{
    private readonly JsonObject _rest = (JsonObject)json.DeepClone();
    private readonly List<MarathonFields> _inner = [];
    private readonly List<string> _notes = [];

    public JsonNode? Take(string field)
    {
        JsonNode? value = _rest[field];
        _rest.Remove(field);
        return value;
    }

    public string? String(string field) => _rest[field] is JsonValue value && value.TryGetValue(out string? _) ? Take(field)!.GetValue<string>() : null;

    public double? Number(string field) => JsonNumber.TryRead(_rest[field], out JsonNumber number) && Take(field) is not null ? (double)number.Real : null;

    public bool? Boolean(string field) => _rest.Boolean(field) is { } flag && Take(field) is not null ? flag : null;

    /// <summary>An object whose fields are taken one by one; empty when it is absent.</summary>
    public MarathonFields Object(string field)
    {
        var inner = new MarathonFields(_rest.Object(field) ?? [], $"{pointer}/{field}");
        if (_rest[field] is JsonObject)
            Take(field);
        _inner.Add(inner);
        return inner;
    }

    /// <summary>The objects of a list, each of which is taken field by field.</summary>
    public IReadOnlyList<MarathonFields> Objects(string field)
    {
        var items = new List<MarathonFields>();
        if (_rest[field] is not JsonArray array || !array.All(item => item is JsonObject))
            return items;
        for (int i = 0; i < array.Count; i++)
            items.Add(new MarathonFields((JsonObject)array[i]!, $"{pointer}/{field}/{i}"));
        Take(field);
        _inner.AddRange(items);
        return items;
    }

    /// <summary>The names and texts of an object; others than texts stay.</summary>
    public IReadOnlyList<(string Name, string Text)> Texts(string field)
    {
        var texts = new List<(string, string)>();
        foreach ((string name, JsonNode? value) in (_rest.Object(field) ?? []).ToArray())
        {
            if (value is not JsonValue || value.GetValueKind() == JsonValueKind.Null)
                continue;
            texts.Add((name, value.ToString()));
            _rest.Object(field)!.Remove(name);
        }

        return texts;
    }

    /// <summary>Says of this object what a field that is left would not say by its name.</summary>
    public void Note(string field, string why) => _notes.Add($"{pointer}/{field}: {why}");

    /// <summary>A line for each field that nothing took and that says something.</summary>
    public IEnumerable<string> Left() =>
        _notes.Concat(_rest.Where(pair => Says(pair.Value)).SelectMany(Lines)).Concat(_inner.SelectMany(inner => inner.Left()));

    private IEnumerable<string> Lines(KeyValuePair<string, JsonNode?> field) => field.Value is JsonObject inner
        ? inner.Where(pair => Says(pair.Value)).Select(pair => $"{pointer}/{field.Key}/{pair.Key}: has no counterpart")
        : [$"{pointer}/{field.Key}: has no counterpart"];

    private static bool Says(JsonNode? value) => value switch
    {
        null => false,
        JsonArray { Count: 0 } or JsonObject { Count: 0 } => false,
        JsonValue text when text.TryGetValue(out string? plain) => plain.Length > 0,
        _ => true,
    };
}
