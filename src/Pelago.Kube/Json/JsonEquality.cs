// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>
/// Equality of documents by value: the order of an object's fields does not matter, that of a list does, and numbers are
/// compared as numbers (1 and 1.0 are the same). A field that holds null differs from an absent one.
/// </summary>
public static class JsonEquality
{
    public static bool DeepEquals(JsonNode? left, JsonNode? right)
    {
        if (ReferenceEquals(left, right))
            return true;
        return left switch
        {
            null => false,
            JsonObject json => right is JsonObject other && ObjectsEqual(json, other),
            JsonArray array => right is JsonArray other && ArraysEqual(array, other),
            _ => right is JsonValue other && ScalarsEqual(left.AsValue(), other),
        };
    }

    private static bool ObjectsEqual(JsonObject left, JsonObject right)
    {
        if (left.Count != right.Count)
            return false;
        for (int i = 0; i < left.Count; i++)
        {
            (string name, JsonNode? value) = left.GetAt(i);
            if (!right.TryGetPropertyValue(name, out JsonNode? other) || !DeepEquals(value, other))
                return false;
        }
        return true;
    }

    private static bool ArraysEqual(JsonArray left, JsonArray right)
    {
        if (left.Count != right.Count)
            return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!DeepEquals(left[i], right[i]))
                return false;
        }
        return true;
    }

    private static bool ScalarsEqual(JsonValue left, JsonValue right)
    {
        if (left.TryGetValue(out string? text))
            return right.TryGetValue(out string? other) && text == other;
        JsonValueKind kind = left.GetValueKind();
        if (kind != right.GetValueKind())
            return false;
        return kind switch
        {
            JsonValueKind.String => left.GetValue<string>() == right.GetValue<string>(),
            JsonValueKind.Number => JsonNumber.TryRead(left, out JsonNumber one) && JsonNumber.TryRead(right, out JsonNumber two) && one == two,
            _ => true,
        };
    }
}
