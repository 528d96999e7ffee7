// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Apply;

/// <summary>
/// The walk of a comparison (structured-merge-diff typed/compare.go). It looks into a pair of values only when they differ, and makes path
/// elements only for what it found, for it runs on every write.
/// </summary>
internal sealed class FieldComparer
{
    private readonly FieldSetBuilder _added = new();
    private readonly FieldSetBuilder _modified = new();
    private readonly FieldSetBuilder _removed = new();

    public FieldComparison Compare(JsonObject before, JsonObject after, SchemaNode? schema)
    {
        Difference root = Walk(Slot.Of(before), Slot.Of(after), new FieldSchema(schema));
        return new FieldComparison(root.Added ?? FieldSet.Empty, root.Modified ?? FieldSet.Empty, root.Removed ?? FieldSet.Empty);
    }

    private Difference Walk(Slot before, Slot after, FieldSchema schema)
    {
        if (!after.IsPresent)
            return Walk(before, after, schema, schema.ShapeOf(before.Node));
        FieldShape shape = schema.ShapeOf(after.Node);
        if (!before.IsPresent || schema.ShapeOf(before.Node) == shape)
            return Walk(before, after, schema, shape);
        // A deduced field that became another type: what it was goes away as that type, what it is arrives as this one.
        return Walk(before, after, schema, schema.ShapeOf(before.Node)).Union(Walk(before, after, schema, shape));
    }

    private Difference Walk(Slot before, Slot after, FieldSchema schema, FieldShape shape)
    {
        Difference inside;
        switch (shape)
        {
            case FieldShape.Map:
                JsonObject? fields = before.Node as JsonObject, newFields = after.Node as JsonObject;
                // Two empty ones are a leaf: that keeps empty and null apart.
                if (fields is not { Count: > 0 } && newFields is not { Count: > 0 })
                    return Leaf(before, after);
                inside = Fields(fields, newFields, schema);
                break;
            case FieldShape.MapList or FieldShape.Set:
                JsonArray? items = before.Node as JsonArray, newItems = after.Node as JsonArray;
                if (items is not { Count: > 0 } && newItems is not { Count: > 0 })
                    return Leaf(before, after);
                inside = Items(items, newItems, schema, shape);
                break;
            default:
                return Leaf(before, after);
        }
        return inside with { IsAdded = !before.IsPresent, IsRemoved = before.IsPresent && !after.IsPresent };
    }

    private static Difference Leaf(Slot before, Slot after) => new()
    {
        IsAdded = !before.IsPresent,
        IsRemoved = before.IsPresent && !after.IsPresent,
        IsModified = before.IsPresent && after.IsPresent && !JsonEquality.DeepEquals(before.Node, after.Node),
    };

    private Difference Fields(JsonObject? before, JsonObject? after, FieldSchema schema)
    {
        (int Added, int Modified, int Removed) level = Open();
        for (int i = 0; i < before?.Count; i++)
        {
            (string name, JsonNode? old) = before.GetAt(i);
            Field(name, Slot.Of(old), Find(after, name), before, after, schema);
        }
        for (int i = 0; i < after?.Count; i++)
        {
            (string name, JsonNode? value) = after.GetAt(i);
            if (before is null || !before.ContainsKey(name))
                Field(name, default, Slot.Of(value), before, after, schema);
        }
        return Close(level);
    }

    private static Slot Find(JsonObject? json, string name) =>
        json is not null && json.TryGetPropertyValue(name, out JsonNode? value) ? Slot.Of(value) : default;

    private void Field(string name, Slot before, Slot after, JsonObject? parentBefore, JsonObject? parentAfter, FieldSchema parent)
    {
        if (before.IsPresent && after.IsPresent && JsonEquality.DeepEquals(before.Node, after.Node))
            return;
        FieldSchema schema = parent.Field(name, out _);
        if (!before.IsPresent && parentBefore is not null)
            before = parent.WhenAbsent(name);
        if (!after.IsPresent && parentAfter is not null)
            after = parent.WhenAbsent(name);
        Difference difference = Walk(before, after, schema);
        if (!difference.IsNothing)
            Add(PathElement.Field(name), difference);
    }

    private Difference Items(JsonArray? before, JsonArray? after, FieldSchema schema, FieldShape shape)
    {
        (int Added, int Modified, int Removed) level = Open();
        PathElement[] oldElements = ListItems.ElementsOf(before, schema, shape);
        PathElement[] newElements = ListItems.ElementsOf(after, schema, shape);
        var pairs = new Dictionary<PathElement, ItemPair>(Math.Max(oldElements.Length, newElements.Length));
        for (int i = 0; i < oldElements.Length; i++)
            Pair(pairs, oldElements[i]).Before.Add(before![i]);
        for (int i = 0; i < newElements.Length; i++)
            Pair(pairs, newElements[i]).After.Add(after![i]);
        foreach ((PathElement element, ItemPair pair) in pairs)
            Item(element, pair, schema.Items);
        return Close(level);
    }

    private static ItemPair Pair(Dictionary<PathElement, ItemPair> pairs, PathElement element)
    {
        if (!pairs.TryGetValue(element, out ItemPair? pair))
            pairs.Add(element, pair = new ItemPair());
        return pair;
    }

    /// <summary>Repeated items cannot be told apart: together they are one leaf.</summary>
    private void Item(PathElement element, ItemPair pair, FieldSchema schema)
    {
        bool wereMany = pair.Before.Count > 1, areMany = pair.After.Count > 1;
        Slot before = pair.Before.Count > 0 ? Slot.Of(pair.Before[0]) : default;
        Slot after = pair.After.Count > 0 ? Slot.Of(pair.After[0]) : default;
        Difference difference = (wereMany, areMany) switch
        {
            (false, false) => before.IsPresent && after.IsPresent && JsonEquality.DeepEquals(before.Node, after.Node)
                ? default
                : Walk(before, after, schema),
            (true, true) => new Difference { IsModified = !AllEqual(pair.Before, pair.After) },
            (true, false) => (after.IsPresent ? Walk(default, after, schema) : default).Union(new Difference { IsRemoved = true }),
            (false, true) => (before.IsPresent ? Walk(before, default, schema) : default).Union(new Difference { IsAdded = true }),
        };
        if (!difference.IsNothing)
            Add(element, difference);
    }

    private static bool AllEqual(List<JsonNode?> left, List<JsonNode?> right)
    {
        if (left.Count != right.Count)
            return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!JsonEquality.DeepEquals(left[i], right[i]))
                return false;
        }
        return true;
    }

    private (int Added, int Modified, int Removed) Open() => (_added.Open(), _modified.Open(), _removed.Open());

    private Difference Close((int Added, int Modified, int Removed) level) => new()
    {
        Added = _added.Close(level.Added), Modified = _modified.Close(level.Modified), Removed = _removed.Close(level.Removed),
    };

    private void Add(PathElement element, Difference difference)
    {
        _added.Add(element, difference.IsAdded, difference.Added);
        _modified.Add(element, difference.IsModified, difference.Modified);
        _removed.Add(element, difference.IsRemoved, difference.Removed);
    }

    /// <summary>What differs at a field itself, and below it.</summary>
    private readonly record struct Difference
    {
        public bool IsAdded { get; init; }
        public bool IsModified { get; init; }
        public bool IsRemoved { get; init; }
        public FieldSet? Added { get; init; }
        public FieldSet? Modified { get; init; }
        public FieldSet? Removed { get; init; }
        public bool IsNothing => !IsAdded && !IsModified && !IsRemoved && Added is null && Modified is null && Removed is null;

        public Difference Union(Difference other) => new()
        {
            IsAdded = IsAdded || other.IsAdded,
            IsModified = IsModified || other.IsModified,
            IsRemoved = IsRemoved || other.IsRemoved,
            Added = Union(Added, other.Added),
            Modified = Union(Modified, other.Modified),
            Removed = Union(Removed, other.Removed),
        };

        private static FieldSet? Union(FieldSet? left, FieldSet? right) => left is null ? right : right is null ? left : left.Union(right);
    }

    /// <summary>The items of both sides that have one path element.</summary>
    private sealed class ItemPair
    {
        public List<JsonNode?> Before { get; } = new(1);
        public List<JsonNode?> After { get; } = new(1);
    }
}
