// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>The path elements of the items of a list that is owned item by item.</summary>
internal static class ListItems
{
    public static PathElement[] ElementsOf(JsonArray? list, FieldSchema schema, FieldShape shape)
    {
        if (list is null)
            return [];
        var elements = new PathElement[list.Count];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = ElementOf(list[i], i, schema, shape);
        return elements;
    }

    public static PathElement ElementOf(JsonNode? item, int index, FieldSchema schema, FieldShape shape) =>
        Find(item, schema, shape, out string error) ?? throw new FieldTypeException($"element {index}: {error}");

    /// <summary>The element, or null and what is wrong with the item.</summary>
    public static PathElement? Find(JsonNode? item, FieldSchema schema, FieldShape shape, out string error)
    {
        error = "";
        return shape == FieldShape.MapList ? FindKey(item, schema, out error) : FindValue(item, out error);
    }

    private static PathElement? FindValue(JsonNode? item, out string error)
    {
        error = item switch
        {
            null => "associative list without keys has an element that's an explicit null",
            JsonObject => "associative list without keys has an element that's a map type",
            JsonArray => "not supported: associative list with lists as elements",
            _ => "",
        };
        return error.Length == 0 ? PathElement.Value(item) : null;
    }

    private static PathElement? FindKey(JsonNode? item, FieldSchema schema, out string error)
    {
        error = item is null ? "associative list with keys may not have a null element" : "";
        if (item is not JsonObject fields)
        {
            error = error.Length == 0 ? "associative list with keys may not have non-map elements" : error;
            return null;
        }
        IReadOnlyList<string> names = schema.ListKeys;
        var key = new PathElement.KeyField[names.Count];
        int count = 0;
        for (int i = 0; i < key.Length; i++)
        {
            string name = names[i];
            if (fields.TryGetPropertyValue(name, out JsonNode? value))
                key[count++] = new PathElement.KeyField(name, FieldScalar.Of(value));
            else if (schema.KeyDefault(name) is { } given)
                key[count++] = new PathElement.KeyField(name, FieldScalar.Of(given));
        }
        if (count == 0)
        {
            error = "associative list with keys has an element that omits all key fields "
                + $"[{string.Join(' ', names.Select(GoText.Quote))}] (and doesn't have default values for any key fields)";
            return null;
        }
        return PathElement.OfKey(count == key.Length ? key : key[..count]);
    }
}
