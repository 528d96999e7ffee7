// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Options;

/// <summary>
/// The texts of secret options, which words of others must not have. Of a list that is kept secret for what is in it, only those of the parts that are secret:
/// a user's name, or a <c>true</c>, stands in many words that tell nothing. For one thread.
/// </summary>
internal sealed class SecretTexts(SecretSchema schema)
{
    private const int MaxDepth = 16;
    private const int MaxSteps = 100_000;
    private readonly SortedSet<string> _texts = new(StringComparer.Ordinal);
    private int _steps;

    public IReadOnlyList<string> All => [.. _texts];

    /// <summary>Those of a value that is kept secret.</summary>
    public void Add(string[] path, JsonNode? value)
    {
        // Where the schema knows of no secret there was one in a version before.
        if (schema.At(path) is { } property && schema.IsOrHas(path[^1], property))
            AddParts(path[^1], property, value, 0);
        else
            AddWhole(value);
    }

    private void AddParts(string name, JsonObject given, JsonNode? value, int depth)
    {
        JsonObject property = schema.Resolve(given);
        if (SecretSchema.IsSecret(name, property) || depth == MaxDepth || ++_steps > MaxSteps)
        {
            AddWhole(value);
            return;
        }

        foreach (string shape in (string[])["oneOf", "anyOf", "allOf"])
        {
            foreach (JsonObject variant in (property.Array(shape) ?? []).OfType<JsonObject>())
                AddParts(name, variant, value, depth + 1);
        }

        if (value is JsonObject fields)
        {
            foreach ((string field, JsonNode? part) in fields)
                AddField(property, field, part, depth + 1);
        }
        else if (value is JsonArray items)
        {
            JsonArray? each = property.Array("items");
            for (int i = 0; i < items.Count; i++)
            {
                if ((each is null ? property["items"] : i < each.Count ? each[i] : null) is JsonObject one)
                    AddParts("", one, items[i], depth + 1);
            }
        }
    }

    private void AddField(JsonObject property, string field, JsonNode? value, int depth)
    {
        if (property.Object("properties")?[field] is JsonObject named)
            AddParts(field, named, value, depth);
        else if (property["additionalProperties"] is JsonObject other)
            AddParts(field, other, value, depth);
        else if (SecretSchema.IsSecret(field, []))
            AddWhole(value);
        foreach ((string pattern, JsonNode? node) in property.Object("patternProperties") ?? [])
        {
            if (node is JsonObject one)
                AddParts(SecretSchema.IsSecret(pattern, schema.Resolve(one)) ? pattern : field, one, value, depth);
        }
    }

    private void AddWhole(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach ((_, JsonNode? value) in fields)
                    AddWhole(value);
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                    AddWhole(item);
                break;
            case JsonValue value when value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number && value.ToString() is { Length: > 0 } text:
                _texts.Add(text);
                break;
        }
    }
}
