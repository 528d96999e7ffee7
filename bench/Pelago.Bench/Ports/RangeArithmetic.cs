// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Bench.Ports;

/// <summary>
/// Arithmetic of overlapping ranges: a = [1-6, 11-16, …], b = [3-8, 13-18, …], n ranges each; a thousand times each of a += b, a -= b,
/// a + b, a - b, and whether b - a is in b. All sides must come to the same sets.
/// </summary>
internal static class RangeArithmetic
{
    public static readonly int[] Sizes = [10, 100, 1_000, 5_000];
    private const int Repetitions = 1_000;

    public static async Task MeasureAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        foreach ((_, Action act) in Sides(100).SelectMany(side => side.Operations))
            Timing.Warm(act, TimeSpan.FromMilliseconds(200));
        // The compiler brings what ran often into its final shape only when nothing new has run for a moment.
        await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        foreach (int n in Sizes)
        {
            foreach (Side side in Sides(n))
            {
                // What one side leaves behind is not the next one's to clean up.
                GC.Collect();
                double sum = 0;
                foreach ((string name, Action act) in side.Operations)
                {
                    cancel.ThrowIfCancellationRequested();
                    (double mean, int repetitions) = Timing.Mean(act, Repetitions, options.Duration);
                    string cut = repetitions < Repetitions ? $", mean of {repetitions}" : "";
                    report.Add($"arithmetic{n}.{side.Name}.{name}", mean / 1_000, $"us{cut}");
                    if (name != "subset")
                        sum += mean / 1_000;
                }
                report.Add($"arithmetic{n}.{side.Name}.mean", sum / 4, "us, mean of the four");
            }
        }
    }

    private static Side[] Sides(int n)
    {
        List<PortRange> a = [.. Enumerable.Range(0, n).Select(i => new PortRange((10 * i) + 1, (10 * i) + 6))];
        List<PortRange> b = [.. Enumerable.Range(0, n).Select(i => new PortRange((10 * i) + 3, (10 * i) + 8))];
        AssertSame(a, b);
        return [Naive(a, b), Sorted(a, b), Intervals(a, b), Dense(a, b)];
    }

    private static Side Naive(List<PortRange> a, List<PortRange> b)
    {
        List<PortRange> sum = [.. a];
        List<PortRange> rest = [.. a];
        List<PortRange> part = NaiveRanges.Except(b, a);
        return new Side("naive", [
            ("addTo", () => sum = NaiveRanges.Union(sum, b)),
            ("takeFrom", () => rest = NaiveRanges.Except(rest, b)),
            ("add", () => NaiveRanges.Union(a, b)),
            ("take", () => NaiveRanges.Except(a, b)),
            ("subset", () => NaiveRanges.IsSubset(part, b)),
        ]);
    }

    private static Side Sorted(List<PortRange> a, List<PortRange> b)
    {
        List<PortRange> sum = [.. a];
        List<PortRange> rest = [.. a];
        List<PortRange> part = SortedRanges.Except(b, a);
        return new Side("sorted", [
            ("addTo", () => sum = SortedRanges.Union(sum, b)),
            ("takeFrom", () => rest = SortedRanges.Except(rest, b)),
            ("add", () => SortedRanges.Union(a, b)),
            ("take", () => SortedRanges.Except(a, b)),
            ("subset", () => SortedRanges.IsSubset(part, b)),
        ]);
    }

    private static Side Intervals(List<PortRange> listOfA, List<PortRange> listOfB)
    {
        var a = PortRanges.Of([.. listOfA]);
        var b = PortRanges.Of([.. listOfB]);
        PortRanges sum = a;
        PortRanges rest = a;
        PortRanges part = b.Except(a);
        return new Side("intervals", [
            ("addTo", () => sum = sum.Union(b)),
            ("takeFrom", () => rest = rest.Except(b)),
            ("add", () => a.Union(b)),
            ("take", () => a.Except(b)),
            ("subset", () => part.IsSubsetOf(b)),
        ]);
    }

    /// <summary>Over all 65,536 ports whatever n is: no window that flatters.</summary>
    private static Side Dense(List<PortRange> listOfA, List<PortRange> listOfB)
    {
        PortSet a = SetOf(listOfA);
        PortSet b = SetOf(listOfB);
        PortSet sum = a.Clone();
        PortSet rest = a.Clone();
        PortSet part = b.Clone();
        part.ExceptWith(a);
        return new Side("ours", [
            ("addTo", () => sum.UnionWith(b)),
            ("takeFrom", () => rest.ExceptWith(b)),
            ("add", () => a.Clone().UnionWith(b)),
            ("take", () => a.Clone().ExceptWith(b)),
            ("subset", () => part.IsSubsetOf(b)),
        ]);
    }

    private static PortSet SetOf(List<PortRange> ranges)
    {
        var set = new PortSet(PortRange.All);
        set.UnionWith(PortRanges.Of([.. ranges]));
        return set;
    }

    private static void AssertSame(List<PortRange> a, List<PortRange> b)
    {
        PortSet sum = SetOf(a);
        sum.UnionWith(SetOf(b));
        PortSet rest = SetOf(a);
        rest.ExceptWith(SetOf(b));
        var ofA = PortRanges.Of([.. a]);
        var ofB = PortRanges.Of([.. b]);
        foreach ((PortSet expected, PortRanges[] others) in ((PortSet, PortRanges[])[])[
            (sum, [PortRanges.Of([.. NaiveRanges.Union(a, b)]), PortRanges.Of([.. SortedRanges.Union(a, b)]), ofA.Union(ofB)]),
            (rest, [PortRanges.Of([.. NaiveRanges.Except(a, b)]), PortRanges.Of([.. SortedRanges.Except(a, b)]), ofA.Except(ofB)])])
        {
            if (!others.All(expected.ToRanges().Equals))
                throw new InvalidOperationException("the sides of the bench do not come to the same ports: no figure of it would mean anything");
        }
    }

    private sealed record Side(string Name, (string Name, Action Act)[] Operations);
}
