// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Options;

/// <summary>
/// Which options of a package nobody is to read: those whose schema has a media type of a secret (<c>application/x-secret+string</c>) or the format
/// <c>password</c>, and those whose name ends in <c>password</c>. The page hides the same ones. A list, or a value of several shapes, that has one in it is one.
/// </summary>
public static class SecretOptions
{
    private const int MaxDepth = 16;
    private static readonly string[] Words = ["secret", "password", "token"];
    private static readonly string[] Shapes = ["items", "oneOf", "anyOf", "allOf", "additionalProperties", "patternProperties"];

    /// <summary>The names that lead to each, from the top of the options.</summary>
    /// <param name="schema">The package's config.json; null has none.</param>
    public static IReadOnlyList<string[]> Paths(JsonObject? schema)
    {
        var paths = new List<string[]>();
        if (schema is not null)
            Walk(schema, [], paths);
        return paths;
    }

    /// <summary>The options that anybody may read, and the others. What is empty tells nothing and stays where it is.</summary>
    public static (JsonObject Open, JsonObject Secret) Split(JsonObject? schema, JsonObject options)
    {
        JsonObject open = (JsonObject)options.DeepClone(), secret = [];
        foreach (string[] path in Paths(schema))
        {
            if (Parent(open, path) is not { } parent || !IsTold(parent[path[^1]]))
                continue;
            Put(secret, path, parent[path[^1]]);
            parent.Remove(path[^1]);
            Prune(open, path);
        }

        return (open, secret);
    }

    /// <summary>Other options with the secrets of before that they do not name: whoever changes the options has not seen those. One that is given as empty goes.</summary>
    public static JsonObject Keep(JsonObject? schema, JsonObject before, JsonObject options)
    {
        var kept = (JsonObject)options.DeepClone();
        foreach (string[] path in Paths(schema))
        {
            if (Parent(before, path) is { } old && IsTold(old[path[^1]]) && Parent(kept, path)?.ContainsKey(path[^1]) != true)
                Put(kept, path, old[path[^1]]);
        }

        return kept;
    }

    /// <summary>Every text that is secret of these options.</summary>
    public static IReadOnlyList<string> Values(JsonObject? schema, JsonObject options)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        Collect(Split(schema, options).Secret, values);
        return [.. values];
    }

    /// <summary>Whether a property is one, by its name and its schema.</summary>
    internal static bool IsSecret(string name, JsonObject property) =>
        name.EndsWith("password", StringComparison.OrdinalIgnoreCase) || property.String("format") == "password"
        || (property.Object("media")?.String("type") is { } media && Array.Exists(Words, word => media.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static void Walk(JsonObject schema, string[] at, List<string[]> paths)
    {
        foreach ((string name, JsonNode? node) in schema.Object("properties") ?? [])
        {
            if (node is not JsonObject property)
                continue;
            string[] here = [.. at, name];
            bool isGroup = property.Object("properties") is { Count: > 0 };
            if ((!isGroup && IsSecret(name, property)) || HasHidden(property, 0))
                paths.Add(here);
            else if (isGroup && here.Length < MaxDepth)
                Walk(property, here, paths);
        }
    }

    /// <summary>Whether there is one at a place that a path of names does not lead to.</summary>
    private static bool HasHidden(JsonObject schema, int depth) => depth < MaxDepth && Shapes.Any(shape => schema[shape] switch
    {
        JsonArray several => several.OfType<JsonObject>().Any(one => HasAny(one, depth + 1)),
        JsonObject named when shape == "patternProperties" => named.Any(pair => pair.Value is JsonObject one && (IsSecret(pair.Key, one) || HasAny(one, depth + 1))),
        JsonObject one => HasAny(one, depth + 1),
        _ => false,
    });

    private static bool HasAny(JsonObject schema, int depth) => depth < MaxDepth
        && (IsSecret("", schema) || HasHidden(schema, depth) || (schema.Object("properties") ?? []).Any(pair => pair.Value is JsonObject property && (IsSecret(pair.Key, property) || HasAny(property, depth + 1))));

    private static bool IsTold(JsonNode? value) => value switch
    {
        null => false,
        JsonArray items => items.Count > 0,
        JsonObject fields => fields.Count > 0,
        JsonValue text => !text.TryGetValue(out string? plain) || plain.Length > 0,
        _ => true,
    };

    private static JsonObject? Parent(JsonObject options, string[] path)
    {
        JsonObject? at = options;
        foreach (string name in path.AsSpan(0, path.Length - 1))
            at = at?[name] as JsonObject;
        return at;
    }

    private static void Put(JsonObject options, string[] path, JsonNode? value)
    {
        JsonObject at = options;
        foreach (string name in path.AsSpan(0, path.Length - 1))
            at = at.ObjectOrNew(name);
        at[path[^1]] = value?.DeepClone();
    }

    /// <summary>Objects that are empty now go, too.</summary>
    private static void Prune(JsonObject options, string[] path)
    {
        for (int length = path.Length - 1; length > 0; length--)
        {
            string[] here = path[..length];
            if (Parent(options, here) is not { } parent || parent[here[^1]] is not JsonObject { Count: 0 })
                return;
            parent.Remove(here[^1]);
        }
    }

    private static void Collect(JsonNode? node, SortedSet<string> values)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach ((_, JsonNode? value) in fields)
                    Collect(value, values);
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                    Collect(item, values);
                break;
            case JsonValue value when value.ToString() is { Length: > 0 } text:
                values.Add(text);
                break;
        }
    }
}
