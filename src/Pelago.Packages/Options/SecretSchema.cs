// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Options;

/// <summary>Where the schema of a package has secrets. References within it are followed. For one thread.</summary>
internal sealed class SecretSchema(JsonObject root)
{
    private const int MaxDepth = 16;

    /// <summary>Packages are written by others: what is larger than this, for it refers to itself, is taken for secret as a whole.</summary>
    private const int MaxSteps = 10_000;
    private static readonly string[] Words = ["secret", "password", "token"];
    private static readonly string[] Shapes = ["items", "oneOf", "anyOf", "allOf", "additionalProperties", "patternProperties"];
    private int _steps;

    /// <summary>The names that lead to each, from the top of the options. A list, or a value of several shapes, that has one in it is one.</summary>
    public IReadOnlyList<string[]> Paths()
    {
        var paths = new List<string[]>();
        Walk(root, [], paths);
        return paths;
    }

    /// <summary>Whether a property is one: by what its schema says, or, where it is a text or a number, by its name.</summary>
    public static bool IsSecret(string name, JsonObject property) =>
        property.String("format") == "password"
        || (property.Object("media")?.String("type") is { } media && Array.Exists(Words, word => media.Contains(word, StringComparison.OrdinalIgnoreCase)))
        || (name.EndsWith("password", StringComparison.OrdinalIgnoreCase) && IsPlain(property));

    /// <summary>The schema at a path of names; null where it has none.</summary>
    public JsonObject? At(string[] path)
    {
        JsonObject? at = root;
        foreach (string name in path)
            at = at?.Object("properties")?[name] is JsonObject property ? Resolve(property) : null;
        return at;
    }

    /// <summary>Whether a schema is of a secret, or of something that has one in it.</summary>
    public bool IsOrHas(string name, JsonObject property) => IsSecret(name, Resolve(property)) || HasAny(property, 0, []);

    /// <summary>What a schema refers to, or itself.</summary>
    public JsonObject Resolve(JsonObject schema)
    {
        for (int hops = 0; hops < MaxDepth && schema.String("$ref") is { } reference; hops++)
        {
            JsonNode? at = reference.StartsWith('#') ? root : null;
            foreach (string part in reference.Split('/').Skip(1))
                at = (at as JsonObject)?[InstancePath.Unescape(part)];
            if (at is not JsonObject target)
                return schema;
            schema = target;
        }

        return schema;
    }

    private static bool IsPlain(JsonObject property) => property["type"] switch
    {
        JsonArray several => several.Any(type => type?.ToString() is "string" or "number" or "integer"),
        JsonValue one => one.ToString() is "string" or "number" or "integer",
        _ => property["properties"] is null && property["items"] is null,
    };

    private void Walk(JsonObject schema, string[] at, List<string[]> paths)
    {
        foreach ((string name, JsonNode? node) in schema.Object("properties") ?? [])
        {
            if (node is not JsonObject given)
                continue;
            JsonObject property = Resolve(given);
            string[] here = [.. at, name];
            bool isGroup = property.Object("properties") is { Count: > 0 };
            bool isWhole = here.Length == MaxDepth || ++_steps > MaxSteps;
            if ((!isGroup && IsSecret(name, property)) || HasHidden(property, 0, []) || (isWhole && IsOrHas(name, property)))
                paths.Add(here);
            else if (isGroup && !isWhole)
                Walk(property, here, paths);
        }
    }

    /// <summary>Whether there is one at a place that a path of names does not lead to.</summary>
    /// <param name="seen">What was looked through: several may refer to it, and it to itself.</param>
    private bool HasHidden(JsonObject schema, int depth, HashSet<JsonObject> seen) => Shapes.Any(shape => schema[shape] switch
    {
        JsonArray several => several.OfType<JsonObject>().Any(one => HasAny(one, depth + 1, seen)),
        JsonObject named when shape == "patternProperties" => HasNamed(named, depth, seen),
        JsonObject one => HasAny(one, depth + 1, seen),
        _ => false,
    });

    private bool HasNamed(JsonObject named, int depth, HashSet<JsonObject> seen) =>
        named.Any(pair => pair.Value is JsonObject one && (IsSecret(pair.Key, Resolve(one)) || HasAny(one, depth + 1, seen)));

    private bool HasAny(JsonObject given, int depth, HashSet<JsonObject> seen)
    {
        JsonObject schema = Resolve(given);
        if (++_steps > MaxSteps || depth > 2 * MaxDepth)
            return true;
        return seen.Add(schema) && (IsSecret("", schema) || HasHidden(schema, depth, seen) || HasNamed(schema.Object("properties") ?? [], depth, seen));
    }
}
