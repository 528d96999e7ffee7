// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>
/// The order of a merged list: items that the patch names stand in the patch's order, the others in the live order, and between the two
/// the live order decides where it knows both (design: preserve-order-in-strategic-merge-patch).
/// </summary>
internal static class ElementOrder
{
    private const int MaxInsertionSort = 20;

    /// <summary>
    /// Checks that a patch list is a subsequence of its <c>$setElementOrder</c> list; items with a deletion do not count.
    /// </summary>
    public static void Validate(List<JsonNode?> patch, List<JsonNode?> order, string mergeKey)
    {
        if (patch.Count == 0 || order.Count == 0)
            return;
        if (mergeKey.Length > 0 && patch.Find(item => item is not JsonObject) is { } other)
            throw PatchException.Unclassified($"expected a {JsonTypeName.GoMap}, but received a {JsonTypeName.OfGo(other)}");
        List<JsonNode?> items = mergeKey.Length > 0 ? patch.FindAll(item => DirectiveOf(item) != StrategicMerge.Delete) : patch;
        int next = 0, at = 0;
        while (next < items.Count && at < order.Count)
        {
            if ((items[next] as JsonObject)?.ContainsKey(StrategicMerge.Directive) == true)
                next++;
            else if (Key(items[next], mergeKey) == Key(order[at++], mergeKey))
                next++;
        }
        // A directive that comes last counts as out of order, too, when the order list is used up by then.
        if (next < items.Count)
        {
            throw PatchException.Unclassified(
                $"The order in patch list:\n{GoFormat.Of(patch)}\n doesn't match $setElementOrder list:\n{GoFormat.Of(order)}\n");
        }
    }

    /// <summary>Puts a merged list in order, by the ranks in the patch's order and in the live list.</summary>
    public static List<JsonNode?> Arrange(
        List<JsonNode?> merged, Dictionary<ScalarKey, int> inPatch, Dictionary<ScalarKey, int> inLive, string mergeKey)
    {
        var named = new List<Item>(merged.Count);
        var others = new List<Item>(merged.Count);
        foreach (JsonNode? node in merged)
        {
            ScalarKey key = Key(node, mergeKey);
            int live = inLive.GetValueOrDefault(key, -1);
            if (inPatch.TryGetValue(key, out int rank))
                named.Add(new Item(node, rank, live));
            else
                others.Add(new Item(node, live, live));
        }
        return Interleave(Sorted(others), Sorted(named));
    }

    /// <summary>
    /// Where each key stands in a live list that a patch with <c>$setElementOrder</c> and deletions goes into. Upstream deletes and appends
    /// in place and then looks at the list again: as many new items as items were deleted count as live ones, behind those that stay.
    /// </summary>
    public static Dictionary<ScalarKey, int> RanksAfterDeletions(List<JsonNode?> live, List<JsonNode?> patch, string mergeKey)
    {
        HashSet<ScalarKey> deleted = [.. patch.Where(item => DirectiveOf(item) == StrategicMerge.Delete).Select(item => Key(item, mergeKey))];
        List<JsonNode?> order = live.FindAll(item => !deleted.Contains(Key(item, mergeKey)));
        int room = patch.Exists(item => DirectiveOf(item) == StrategicMerge.Replace) ? 0 : live.Count - order.Count;
        Dictionary<ScalarKey, int> ranks = Ranks(order, mergeKey);
        foreach (JsonNode? item in patch)
        {
            if (room > 0 && DirectiveOf(item) is null && ranks.TryAdd(Key(item, mergeKey), ranks.Count))
                room--;
        }
        return ranks;
    }

    private static string? DirectiveOf(JsonNode? item) => StrategicLists.DirectiveOf((item as JsonObject)?[StrategicMerge.Directive]);

    private static ScalarKey Key(JsonNode? item, string mergeKey) => mergeKey.Length == 0 ? ScalarKey.Of(item) : ScalarKey.Of(item, mergeKey);

    /// <summary>Where each key stands first.</summary>
    public static Dictionary<ScalarKey, int> Ranks(List<JsonNode?> order, string mergeKey)
    {
        var ranks = new Dictionary<ScalarKey, int>(order.Count);
        for (int i = 0; i < order.Count; i++)
            ranks.TryAdd(Key(order[i], mergeKey), i);
        return ranks;
    }

    /// <summary>
    /// By rank, stable. An item without a rank counts as less than every other (in upstream's comparison, even than itself), which an
    /// insertion sort turns into the order that clients see; it only occurs with a list that contradicts its own order, and Go sorts by
    /// insertion up to 20 items. Items that still carry a deletion come last.
    /// </summary>
    private static List<Item> Sorted(List<Item> items)
    {
        List<Item> deletions = items.FindAll(IsDeletion);
        if (deletions.Count > 0)
            items.RemoveAll(IsDeletion);
        if (items.Count > MaxInsertionSort || items.TrueForAll(item => item.Rank >= 0))
        {
            items = [.. items.OrderBy(item => item.Rank)];
        }
        else
        {
            for (int i = 1; i < items.Count; i++)
            {
                for (int j = i; j > 0 && (items[j].Rank < 0 || items[j - 1].Rank < 0 || items[j].Rank < items[j - 1].Rank); j--)
                    (items[j], items[j - 1]) = (items[j - 1], items[j]);
            }
        }
        items.AddRange(deletions);
        return items;
    }

    private static bool IsDeletion(Item item) => DirectiveOf(item.Node) == StrategicMerge.Delete;

    private static List<JsonNode?> Interleave(List<Item> others, List<Item> named)
    {
        var all = new List<JsonNode?>(others.Count + named.Count);
        int i = 0, j = 0;
        while (i < others.Count || j < named.Count)
        {
            bool takeOther = j >= named.Count
                || (i < others.Count && others[i].Live >= 0 && named[j].Live >= 0 && others[i].Live < named[j].Live);
            all.Add(takeOther ? others[i++].Node : named[j++].Node);
        }
        return all;
    }

    private readonly record struct Item(JsonNode? Node, int Rank, int Live);
}
