// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Bench.Ports;

/// <summary>
/// The second peer: what replaced the first. Both sides are copied and sorted for each operation, then one pass merges or subtracts;
/// comparing still goes over both lists for each range.
/// </summary>
internal static class SortedRanges
{
    public static List<PortRange> Union(List<PortRange> left, List<PortRange> right) => Merged([.. left, .. right]);

    public static List<PortRange> Except(List<PortRange> left, List<PortRange> right)
    {
        List<PortRange> from = Merged([.. left]);
        List<PortRange> removed = Merged([.. right]);
        List<PortRange> result = new(from.Count);
        int at = 0;
        foreach (PortRange range in from)
        {
            int first = range.First;
            while (at < removed.Count && removed[at].Last < first)
                at++;
            for (int i = at; i < removed.Count && removed[i].First <= range.Last; i++)
            {
                if (removed[i].First > first)
                    result.Add(new PortRange(first, removed[i].First - 1));
                first = removed[i].Last + 1;
            }
            if (first <= range.Last)
                result.Add(new PortRange(first, range.Last));
        }
        return result;
    }

    public static bool IsSubset(List<PortRange> part, List<PortRange> whole)
    {
        List<PortRange> covering = Merged([.. whole]);
        return Merged([.. part]).TrueForAll(range => covering.Exists(cover => cover.First <= range.First && range.Last <= cover.Last));
    }

    private static List<PortRange> Merged(List<PortRange> ranges)
    {
        ranges.Sort(static (a, b) => a.First - b.First);
        int last = 0;
        for (int i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].First <= ranges[last].Last + 1)
                ranges[last] = new PortRange(ranges[last].First, Math.Max(ranges[last].Last, ranges[i].Last));
            else
                ranges[++last] = ranges[i];
        }
        if (ranges.Count > 0)
            ranges.RemoveRange(last + 1, ranges.Count - last - 1);
        return ranges;
    }
}
