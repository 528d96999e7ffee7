// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>Merging of lists: of objects by merge key, of primitives as sets. Items are passed detached from any array.</summary>
internal static class StrategicLists
{
    /// <summary>Empties an array, so that its items can go elsewhere.</summary>
    public static List<JsonNode?> Take(JsonArray array)
    {
        List<JsonNode?> items = [.. array];
        array.Clear();
        return items;
    }

    public static string? DirectiveOf(JsonNode? directive) =>
        directive is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static JsonArray Merge(List<JsonNode?> original, List<JsonNode?> patch, PatchField field, bool isDeleteList) =>
        ToArray(MergeItems(original, patch, field, isDeleteList));

    /// <summary>
    /// Merges a list whose order the patch gives. <paramref name="live"/> or <paramref name="wanted"/>, but not both, may be null: absent.
    /// </summary>
    public static JsonArray MergeInOrder(List<JsonNode?>? live, List<JsonNode?>? wanted, List<JsonNode?> order, PatchField field)
    {
        List<JsonNode?> liveItems = [.. live ?? []];
        List<JsonNode?> wantedItems = [.. wanted ?? []];
        string kind = ElementKind(liveItems, wantedItems);
        string key = field.MergeKey;
        Dictionary<ScalarKey, int> ranks = ElementOrder.Ranks(order, key);
        Dictionary<ScalarKey, int> liveRanks;
        List<JsonNode?> merged;
        if (live is not null && wanted is not null && field.Strategy == StrategicMerge.MergeStrategy)
        {
            liveRanks = kind == JsonTypeName.GoMap && key.Length > 0
                ? ElementOrder.RanksAfterDeletions(liveItems, wantedItems, key)
                : ElementOrder.Ranks(liveItems, key);
            merged = MergeItems(live, wanted, field, isDeleteList: false);
        }
        else
        {
            liveRanks = ElementOrder.Ranks(liveItems, kind == JsonTypeName.GoMap ? key : "");
            merged = wanted is null ? liveItems : live is null ? wantedItems.FindAll(StrategicMerge.WithoutDirectives) : wantedItems;
        }
        return ToArray(ElementOrder.Arrange(merged, ranks, liveRanks, key));
    }

    private static List<JsonNode?> MergeItems(List<JsonNode?> original, List<JsonNode?> patch, PatchField field, bool isDeleteList)
    {
        if (original.Count == 0 && patch.Count == 0)
            return original;
        bool objects = ElementKind(original, patch) == JsonTypeName.GoMap;
        if (!objects && isDeleteList)
        {
            HashSet<ScalarKey> gone = [.. patch.Select(ScalarKey.Of)];
            return original.FindAll(item => !gone.Contains(ScalarKey.Of(item)));
        }
        List<JsonNode?> merged;
        Dictionary<ScalarKey, int> order;
        if (objects)
        {
            if (field.MergeKey.Length == 0)
                throw PatchException.Unclassified($"cannot merge lists without merge key for {PatchField.KindOf(field.Schema)}");
            (original, patch) = ApplyDirectives(original, patch, field.MergeKey);
            // Before the merge, which consumes the patch's items.
            order = ElementOrder.Ranks(patch, field.MergeKey);
            merged = MergeByKey([.. original], patch, field);
        }
        else
        {
            order = ElementOrder.Ranks(patch, field.MergeKey);
            merged = Deduplicated([.. original, .. patch]);
        }
        return ElementOrder.Arrange(merged, order, ElementOrder.Ranks(original, objects ? field.MergeKey : ""), field.MergeKey);
    }

    /// <summary>
    /// Acts on the items that carry <c>$patch</c>: what remains of the original, and the patch without them. With a <c>replace</c> among
    /// them the patch's other items are the whole list.
    /// </summary>
    private static (List<JsonNode?> Original, List<JsonNode?> Patch) ApplyDirectives(
        List<JsonNode?> original, List<JsonNode?> patch, string mergeKey)
    {
        var plain = new List<JsonNode?>(patch.Count);
        var deleted = new HashSet<ScalarKey>();
        bool replace = false;
        foreach (JsonNode? node in patch)
        {
            var item = (JsonObject)node!;
            if (!item.TryGetPropertyValue(StrategicMerge.Directive, out JsonNode? directive))
            {
                plain.Add(item);
                continue;
            }
            switch (DirectiveOf(directive))
            {
                case StrategicMerge.Delete:
                    deleted.Add(ScalarKey.Of(item, mergeKey));
                    break;
                case StrategicMerge.Replace:
                    replace = true;
                    break;
                case StrategicMerge.MergeStrategy:
                    throw PatchException.Unclassified("merging lists cannot yet be specified in the patch");
                default:
                    throw StrategicMerge.UnknownDirective(directive, item);
            }
        }
        if (replace)
            return (plain, []);
        return (deleted.Count == 0 ? original : original.FindAll(item => !deleted.Contains(KeyOrNothing(item, mergeKey))), plain);
    }

    private static List<JsonNode?> MergeByKey(List<JsonNode?> original, List<JsonNode?> patch, PatchField field)
    {
        var places = new Dictionary<ScalarKey, int>(original.Count + patch.Count);
        for (int i = 0; i < original.Count; i++)
        {
            if (original[i]!.AsObject().ContainsKey(field.MergeKey))
                places.TryAdd(ScalarKey.Of(original[i], field.MergeKey), i);
        }
        foreach (JsonNode? item in patch)
        {
            ScalarKey key = ScalarKey.Of(item, field.MergeKey);
            if (places.TryGetValue(key, out int at))
            {
                original[at] = StrategicMerge.Merge((JsonObject)original[at]!, (JsonObject)item!, field.Schema);
                continue;
            }
            places.Add(key, original.Count);
            original.Add(item);
        }
        return original;
    }

    /// <summary>An item without the merge key matches no key at all, so that no deletion finds it.</summary>
    private static ScalarKey KeyOrNothing(JsonNode? item, string mergeKey) =>
        item!.AsObject().ContainsKey(mergeKey) ? ScalarKey.Of(item, mergeKey) : default;

    /// <summary>Each value once; the last item takes the place of a repeated one, as upstream has it.</summary>
    private static List<JsonNode?> Deduplicated(List<JsonNode?> items)
    {
        HashSet<ScalarKey> seen = [];
        for (int i = 0; i < items.Count;)
        {
            if (seen.Add(ScalarKey.Of(items[i])))
            {
                i++;
                continue;
            }
            items[i] = items[^1];
            items.RemoveAt(items.Count - 1);
        }
        return items;
    }

    /// <summary>The Go type that all items have; lists of lists and lists of several types are refused.</summary>
    private static string ElementKind(List<JsonNode?> original, List<JsonNode?> patch)
    {
        string? kind = null;
        foreach (JsonNode? item in original.Concat(patch))
        {
            string type = JsonTypeName.OfGo(item);
            if (kind is null && item is JsonArray)
                throw PatchException.Unprocessable("lists of lists are not supported");
            if (item is null || (kind is not null && kind != type))
            {
                throw PatchException.Unclassified(
                    $"list element types are not identical: [{GoFormat.Of(original)} {GoFormat.Of(patch)}]");
            }
            kind = type;
        }
        return kind ?? throw PatchException.Unclassified("no elements in any of the given slices");
    }

    private static JsonArray ToArray(List<JsonNode?> items)
    {
        var array = new JsonArray();
        foreach (JsonNode? item in items)
            array.Add(item);
        return array;
    }
}
