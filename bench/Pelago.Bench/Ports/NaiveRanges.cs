// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Bench.Ports;

/// <summary>
/// The first peer: range sets as schedulers did them until 2015. Every range that is added or taken away rebuilds the whole list, the left
/// side is put together anew before each operation, and nothing is sorted. Plain values where the originals had an object for each range.
/// </summary>
internal static class NaiveRanges
{
    public static List<PortRange> Union(List<PortRange> left, List<PortRange> right)
    {
        List<PortRange> result = Coalesced(left);
        foreach (PortRange range in right)
            result = Coalesce(result, range);
        return result;
    }

    public static List<PortRange> Except(List<PortRange> left, List<PortRange> right)
    {
        List<PortRange> result = Union(left, right);
        foreach (PortRange range in right)
            result = Remove(result, range);
        return result;
    }

    public static bool IsSubset(List<PortRange> part, List<PortRange> whole)
    {
        List<PortRange> covering = Coalesced(whole);
        return Coalesced(part).TrueForAll(range => covering.Exists(cover => cover.First <= range.First && range.Last <= cover.Last));
    }

    private static List<PortRange> Coalesced(List<PortRange> ranges)
    {
        List<PortRange> result = [];
        foreach (PortRange range in ranges)
            result = Coalesce(result, range);
        return result;
    }

    private static List<PortRange> Coalesce(List<PortRange> ranges, PortRange added)
    {
        List<PortRange> result = [];
        foreach (PortRange range in ranges)
        {
            if (range.Last + 1 < added.First || added.Last + 1 < range.First)
                result.Add(range);
            else
                added = new PortRange(Math.Min(range.First, added.First), Math.Max(range.Last, added.Last));
        }
        result.Add(added);
        return result;
    }

    private static List<PortRange> Remove(List<PortRange> ranges, PortRange removed)
    {
        List<PortRange> result = [];
        foreach (PortRange range in ranges)
        {
            if (range.Last < removed.First || removed.Last < range.First)
            {
                result.Add(range);
                continue;
            }
            if (range.First < removed.First)
                result.Add(new PortRange(range.First, removed.First - 1));
            if (removed.Last < range.Last)
                result.Add(new PortRange(removed.Last + 1, range.Last));
        }
        return result;
    }
}
