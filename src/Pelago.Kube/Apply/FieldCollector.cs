// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>Every leaf field and every item that a document mentions (structured-merge-diff typed/tofieldset.go): what its applier owns.</summary>
internal sealed class FieldCollector
{
    private readonly FieldSetBuilder _builder = new();

    public static FieldSet FieldsOf(JsonObject document, SchemaNode? schema) =>
        new FieldCollector().Collect(document, new FieldSchema(schema), out _) ?? FieldSet.Empty;

    private FieldSet? Collect(JsonNode? value, FieldSchema schema, out bool isLeaf)
    {
        FieldShape shape = schema.ShapeOf(value);
        isLeaf = shape is FieldShape.Scalar or FieldShape.AtomicList or FieldShape.AtomicMap;
        return (shape, value) switch
        {
            (FieldShape.Map, JsonObject json) => Fields(json, schema),
            (FieldShape.MapList or FieldShape.Set, JsonArray list) => Items(list, schema, shape),
            _ => null,
        };
    }

    private FieldSet? Fields(JsonObject json, FieldSchema schema)
    {
        int level = _builder.Open();
        for (int i = 0; i < json.Count; i++)
        {
            (string name, JsonNode? value) = json.GetAt(i);
            FieldSet? children = Collect(value, schema.Field(name, out bool declared), out bool isLeaf);
            _builder.Add(PathElement.Field(name), isLeaf || !declared || value is null or JsonObject { Count: 0 }, children);
        }
        return _builder.Close(level);
    }

    /// <summary>Repeated items count as one leaf.</summary>
    private FieldSet? Items(JsonArray list, FieldSchema schema, FieldShape shape)
    {
        int level = _builder.Open();
        PathElement[] elements = ListItems.ElementsOf(list, schema, shape);
        foreach ((PathElement element, List<int> places) in Places(elements))
        {
            FieldSet? children = places.Count > 1 ? null : Collect(list[places[0]], schema.Items, out _);
            _builder.Add(element, isMember: true, children);
        }
        return _builder.Close(level);
    }

    private static Dictionary<PathElement, List<int>> Places(PathElement[] elements)
    {
        var places = new Dictionary<PathElement, List<int>>(elements.Length);
        for (int i = 0; i < elements.Length; i++)
        {
            if (places.TryGetValue(elements[i], out List<int>? known))
                known.Add(i);
            else
                places.Add(elements[i], [i]);
        }
        return places;
    }
}
