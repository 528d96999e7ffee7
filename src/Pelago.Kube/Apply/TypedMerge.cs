// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// The live object with the applied configuration laid over it (structured-merge-diff typed/merge.go): nothing is removed, the configuration
/// wins at each leaf, list items stand in the configuration's order with live ones kept in their places between.
/// </summary>
internal static class TypedMerge
{
    /// <summary>A new document; the arguments stay as they were.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject applied, SchemaNode? schema) =>
        Merge(Slot.Of(live), Slot.Of(applied), new FieldSchema(schema)).Node as JsonObject ?? [];

    private static Slot Merge(Slot live, Slot applied, FieldSchema schema)
    {
        Slot decisive = applied.IsPresent ? applied : live;
        switch (schema.ShapeOf(decisive.Node))
        {
            case FieldShape.Map:
                JsonObject? fields = live.Node as JsonObject, newFields = applied.Node as JsonObject;
                return fields is not { Count: > 0 } && newFields is not { Count: > 0 } ? Leaf(decisive) : Fields(fields, newFields, schema);
            case (FieldShape.MapList or FieldShape.Set) and var shape:
                JsonArray? items = live.Node as JsonArray, newItems = applied.Node as JsonArray;
                return items is not { Count: > 0 } && newItems is not { Count: > 0 }
                    ? Leaf(decisive)
                    : new ListMerge(items ?? [], newItems ?? [], schema, shape).Run();
            default:
                return Leaf(decisive);
        }
    }

    private static Slot Leaf(Slot decisive) => Slot.Of(decisive.Node?.DeepClone());

    private static Slot Fields(JsonObject? live, JsonObject? applied, FieldSchema schema)
    {
        var merged = new JsonObject();
        foreach ((string name, JsonNode? value) in live ?? [])
        {
            Slot change = applied is not null && applied.TryGetPropertyValue(name, out JsonNode? wanted) ? Slot.Of(wanted) : default;
            Put(merged, name, Merge(Slot.Of(value), change, schema.Field(name, out _)));
        }
        foreach ((string name, JsonNode? value) in applied ?? [])
        {
            if (live is null || !live.ContainsKey(name))
                Put(merged, name, Merge(default, Slot.Of(value), schema.Field(name, out _)));
        }
        return merged.Count == 0 ? default : Slot.Of(merged);
    }

    private static void Put(JsonObject merged, string name, Slot value)
    {
        if (value.IsPresent)
            merged[name] = value.Node;
    }

    /// <summary>The interleaving of two lists of items; repeated live items are kept, and replaced as one when the configuration has them.</summary>
    private sealed class ListMerge(JsonArray live, JsonArray applied, FieldSchema schema, FieldShape shape)
    {
        private readonly PathElement[] _live = ListItems.ElementsOf(live, schema, shape);
        private readonly PathElement[] _applied = ListItems.ElementsOf(applied, schema, shape);
        private readonly Dictionary<PathElement, Slot> _liveItems = [];
        private readonly Dictionary<PathElement, Slot> _appliedItems = [];
        private readonly Queue<PathElement> _shared = [];
        private readonly HashSet<PathElement> _done = [];
        private readonly JsonArray _out = [];

        public Slot Run()
        {
            Index();
            PathElement? nextShared = Next();
            int l = 0, a = 0;
            while (l < _live.Length || a < _applied.Length)
            {
                if (l < _live.Length && a < _applied.Length)
                {
                    if (_live[l] == _applied[a])
                    {
                        Take(_applied[a]);
                        l++;
                        a++;
                        nextShared = Next();
                        continue;
                    }
                    if (_appliedItems.ContainsKey(_live[l]) && nextShared is not null && nextShared != _live[l])
                    {
                        // A shared item, but not the one whose turn it is: the configuration's order brings it.
                        l++;
                        continue;
                    }
                }
                if (l < _live.Length && TakeLive(ref l))
                    continue;
                if (a < _applied.Length)
                {
                    PathElement element = _applied[a++];
                    Take(element);
                    if (element == nextShared)
                        nextShared = Next();
                }
            }
            return _out.Count == 0 ? default : Slot.Of(_out);
        }

        /// <summary>Takes an item that only the live list has; skips one that was already merged.</summary>
        private bool TakeLive(ref int l)
        {
            PathElement element = _live[l];
            if (!_appliedItems.ContainsKey(element))
            {
                Add(Merge(Slot.Of(live[l++]), default, schema.Items));
                return true;
            }
            if (_done.Contains(element))
                l++;
            return false;
        }

        private void Take(PathElement element)
        {
            _done.Add(element);
            Add(Merge(_liveItems.GetValueOrDefault(element), _appliedItems[element], schema.Items));
        }

        private void Add(Slot item)
        {
            if (item.IsPresent)
                _out.Add(item.Node);
        }

        private PathElement? Next() => _shared.TryDequeue(out PathElement? element) ? element : null;

        private void Index()
        {
            for (int i = 0; i < _applied.Length; i++)
            {
                if (!_appliedItems.TryAdd(_applied[i], Slot.Of(applied[i])))
                    throw new FieldTypeException($"duplicate entries for key {_applied[i]}");
            }
            for (int i = 0; i < _live.Length; i++)
            {
                // Repeated items are not merged with the new one.
                if (!_liveItems.TryAdd(_live[i], Slot.Of(live[i])))
                    _liveItems[_live[i]] = Slot.Of(null);
            }
            foreach (PathElement element in _applied)
            {
                if (_liveItems.ContainsKey(element))
                    _shared.Enqueue(element);
            }
        }
    }
}
