// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// A document without given fields and items (structured-merge-diff typed/remove.go). A container that loses all it had becomes null,
/// as upstream has it, for ownership counts on it; once that is settled, <see cref="Settle"/> takes these nulls away.
/// </summary>
/// <param name="applied">The configuration: an object that it sets to empty is left empty, not taken away.</param>
internal sealed class TypedRemoval(JsonObject applied)
{
    private readonly List<Place> _emptied = [];

    /// <summary>A new document; the argument stays as it was.</summary>
    public JsonObject Remove(JsonObject document, FieldSet fields, SchemaNode? schema) =>
        Remove(document, fields, new FieldSchema(schema), applied) as JsonObject ?? [];

    /// <summary>Takes the nulls of emptied containers out of the document that <see cref="Remove(JsonObject, FieldSet, SchemaNode?)"/> made.</summary>
    public void Settle()
    {
        for (int i = _emptied.Count - 1; i >= 0; i--)
        {
            Place place = _emptied[i];
            if (place.Parent is JsonArray list)
                list.RemoveAt(place.Index);
            else if (place.StaysEmpty)
                place.Parent[place.Name] = new JsonObject();
            else
                ((JsonObject)place.Parent).Remove(place.Name);
        }
    }

    private JsonNode? Remove(JsonNode? value, FieldSet fields, FieldSchema schema, JsonNode? wanted)
    {
        FieldShape shape = schema.ShapeOf(value);
        return (shape, value) switch
        {
            (FieldShape.Scalar, _) => value?.DeepClone(),
            (FieldShape.Map, JsonObject json) => FromMap(json, fields, schema, wanted),
            (FieldShape.MapList or FieldShape.Set, JsonArray list) => FromList(list, fields, schema, shape, wanted),
            _ => null,
        };
    }

    private JsonObject? FromMap(JsonObject json, FieldSet fields, FieldSchema schema, JsonNode? wanted)
    {
        var rest = new JsonObject();
        foreach ((string name, JsonNode? value) in json)
        {
            if (!fields.TryGet(PathElement.Field(name), out FieldSet.Entry entry))
            {
                rest[name] = value?.DeepClone();
                continue;
            }
            if (entry.IsMember)
                continue;
            JsonNode? wantedValue = (wanted as JsonObject)?[name];
            JsonNode? left = Remove(value, entry.Children!, schema.Field(name, out _), wantedValue);
            rest[name] = left;
            if (left is null && value is not null)
                _emptied.Add(new Place(rest, name, 0, wantedValue is JsonObject));
        }
        return rest.Count > 0 ? rest : null;
    }

    private JsonArray? FromList(JsonArray list, FieldSet fields, FieldSchema schema, FieldShape shape, JsonNode? wanted)
    {
        var rest = new JsonArray();
        Dictionary<PathElement, JsonNode?>? wantedItems = null;
        for (int i = 0; i < list.Count; i++)
        {
            PathElement element = ListItems.ElementOf(list[i], i, schema, shape);
            if (!fields.TryGet(element, out FieldSet.Entry entry))
            {
                rest.Add(list[i]?.DeepClone());
                continue;
            }
            if (entry.IsMember)
                continue;
            wantedItems ??= ItemsOf(wanted as JsonArray, schema, shape);
            JsonNode? left = Remove(list[i], entry.Children!, schema.Items, wantedItems.GetValueOrDefault(element));
            if (left is null)
                _emptied.Add(new Place(rest, "", rest.Count, false));
            rest.Add(left);
        }
        return rest.Count > 0 ? rest : null;
    }

    private static Dictionary<PathElement, JsonNode?> ItemsOf(JsonArray? list, FieldSchema schema, FieldShape shape)
    {
        var items = new Dictionary<PathElement, JsonNode?>();
        foreach (JsonNode? item in list ?? [])
        {
            if (ListItems.Find(item, schema, shape, out _) is { } element)
                items[element] = item;
        }
        return items;
    }

    private readonly record struct Place(JsonNode Parent, string Name, int Index, bool StaysEmpty);
}
