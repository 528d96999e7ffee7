// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Patch;

/// <summary>The walk over objects. Both arguments are consumed: nodes move from the patch into the original.</summary>
internal static class StrategicMerge
{
    public const string Directive = "$patch";
    public const string Delete = "delete";
    public const string Replace = "replace";
    public const string MergeStrategy = "merge";
    private const string RetainKeys = "$retainKeys";
    private const string DeleteFromList = "$deleteFromPrimitiveList";
    private const string SetElementOrder = "$setElementOrder";

    public static JsonObject Merge(JsonObject original, JsonObject patch, SchemaNode? schema)
    {
        if (patch.TryGetPropertyValue(Directive, out JsonNode? directive))
            return HandleDirective(directive, patch);
        ApplyRetainKeys(original, patch);
        ApplyElementOrders(original, patch, schema);
        foreach ((string name, JsonNode? value) in Fields(patch, isDeleteList: true))
        {
            // Upstream takes a null here for the removal of the whole list.
            string list = ListName(name, DeleteFromList, "invalid patch format of primitive list");
            if (value is null)
                original.Remove(list);
            else if (original[list] is { } present && SameType(present, value))
                MergeField(original, list, value, schema, isDeleteList: true);
        }
        foreach ((string name, JsonNode? value) in Fields(patch, isDeleteList: false))
        {
            if (value is null)
                original.Remove(name);
            else if (original[name] is { } present && SameType(present, value))
                MergeField(original, name, value, schema, isDeleteList: false);
            else
                SetWithoutDirectives(original, name, WithoutNulls(value));
        }
        return original;
    }

    /// <summary>The patch's fields, detached from it, so that they can move.</summary>
    private static List<KeyValuePair<string, JsonNode?>> Fields(JsonObject patch, bool isDeleteList)
    {
        var fields = new List<KeyValuePair<string, JsonNode?>>(patch.Count);
        foreach (KeyValuePair<string, JsonNode?> field in patch)
        {
            if (field.Key.StartsWith(DeleteFromList, StringComparison.Ordinal) == isDeleteList)
                fields.Add(field);
        }
        patch.RemoveAll([.. fields.Select(field => field.Key)]);
        return fields;
    }

    private static void MergeField(JsonObject original, string name, JsonNode value, SchemaNode? schema, bool isDeleteList)
    {
        switch (original[name])
        {
            case JsonObject present:
                PatchField field = PatchField.Find(schema, name);
                JsonNode merged = field.Strategy == Replace ? value : Merge(present, (JsonObject)value, field.Schema);
                if (!ReferenceEquals(merged, present))
                    original[name] = merged;
                break;
            case JsonArray present:
                PatchField list = PatchField.FindList(schema, name);
                original[name] = list.Strategy == MergeStrategy || isDeleteList
                    ? StrategicLists.Merge(StrategicLists.Take(present), StrategicLists.Take((JsonArray)value), list, isDeleteList)
                    : value;
                break;
            default:
                original[name] = value;
                break;
        }
    }

    private static JsonObject HandleDirective(JsonNode? directive, JsonObject patch)
    {
        switch (StrategicLists.DirectiveOf(directive))
        {
            case Replace:
                patch.Remove(Directive);
                return patch;
            case Delete:
                return [];
            default:
                throw UnknownDirective(directive, patch);
        }
    }

    public static PatchException UnknownDirective(JsonNode? directive, JsonObject item) =>
        PatchException.Unclassified($"unknown patch type: {GoFormat.Of(directive)} in map: {GoFormat.Of(item)}");

    /// <summary>Clears what the list of <c>$retainKeys</c> does not name; a patch that sets such a field is malformed.</summary>
    private static void ApplyRetainKeys(JsonObject original, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(RetainKeys, out JsonNode? node))
            return;
        patch.Remove(RetainKeys);
        const string malformed = "invalid patch format of retainKeys";
        if (node is not JsonArray list)
            throw PatchException.BadRequest(malformed);
        var retained = new HashSet<ScalarKey>();
        foreach (JsonNode? item in list)
            retained.Add(ScalarKey.Of(item));
        foreach ((string name, JsonNode? value) in patch)
        {
            bool parallelList = name.StartsWith(DeleteFromList, StringComparison.Ordinal) || name.StartsWith(SetElementOrder, StringComparison.Ordinal);
            if (value is not null && !parallelList && !retained.Contains(ScalarKey.Of(JsonValue.Create(name))))
                throw PatchException.BadRequest(malformed);
        }
        foreach (string name in original.Select(field => field.Key).ToList())
        {
            if (!retained.Contains(ScalarKey.Of(JsonValue.Create(name))))
                original.Remove(name);
        }
    }

    /// <summary>Merges each list for which the patch gives an order, and puts it into that order; its entries leave the patch.</summary>
    private static void ApplyElementOrders(JsonObject original, JsonObject patch, SchemaNode? schema)
    {
        foreach ((string name, JsonNode? value) in patch.Where(field => field.Key.StartsWith(SetElementOrder, StringComparison.Ordinal)).ToList())
        {
            patch.Remove(name);
            List<JsonNode?> order = StrategicLists.Take(ExpectList(value));
            string list = ListName(name, SetElementOrder, "invalid patch format of setElementOrder list");
            List<JsonNode?>? live = original.TryGetPropertyValue(list, out JsonNode? present) ? StrategicLists.Take(ExpectList(present)) : null;
            List<JsonNode?>? wanted = patch.TryGetPropertyValue(list, out JsonNode? changes) ? StrategicLists.Take(ExpectList(changes)) : null;
            PatchField field = PatchField.FindList(schema, list);
            ElementOrder.Validate(wanted ?? [], order, field.MergeKey);
            if (live is null && wanted is null)
                continue;
            original[list] = StrategicLists.MergeInOrder(live, wanted, order, field);
            patch.Remove(list);
        }
    }

    private static JsonArray ExpectList(JsonNode? value) => value as JsonArray
        ?? throw PatchException.Unclassified($"expected a {JsonTypeName.GoSlice}, but received a {JsonTypeName.OfGo(value)}");

    /// <summary>The field that a parallel list is about: what follows <c>PREFIX/</c>.</summary>
    private static string ListName(string name, string prefix, string malformed) =>
        name.Length > prefix.Length && name[prefix.Length] == '/' ? name[(prefix.Length + 1)..] : throw PatchException.BadRequest(malformed);

    private static bool SameType(JsonNode left, JsonNode right) => (left, right) switch
    {
        (JsonObject, JsonObject) or (JsonArray, JsonArray) => true,
        (JsonValue, JsonValue) => JsonTypeName.OfGo(left) == JsonTypeName.OfGo(right),
        _ => false,
    };

    private static void SetWithoutDirectives(JsonObject original, string name, JsonNode value)
    {
        if (WithoutDirectives(value))
            original[name] = value;
        else
            original.Remove(name);
    }

    private static JsonNode WithoutNulls(JsonNode value)
    {
        if (value is JsonObject json)
        {
            json.RemoveAll([.. json.Where(field => field.Value is null).Select(field => field.Key)]);
            foreach ((_, JsonNode? child) in json)
                WithoutNulls(child!);
        }
        else if (value is JsonArray array)
        {
            foreach (JsonNode? item in array)
            {
                if (item is not null)
                    WithoutNulls(item);
            }
        }
        return value;
    }

    /// <summary>Drops, in place, every object that carries <c>$patch</c>; false when the value itself is such an object.</summary>
    public static bool WithoutDirectives(JsonNode? value)
    {
        if (value is JsonObject json)
        {
            if (json.ContainsKey(Directive))
                return false;
            foreach (string name in json.Where(field => !WithoutDirectives(field.Value)).Select(field => field.Key).ToList())
                json.Remove(name);
        }
        else if (value is JsonArray array)
        {
            array.RemoveAll(item => !WithoutDirectives(item));
        }
        return true;
    }
}
