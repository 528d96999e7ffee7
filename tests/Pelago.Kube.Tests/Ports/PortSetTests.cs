// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class PortSetTests
{
    private static readonly PortRange DefaultWindow = new(31000, 32000);

    private static readonly Gen<PortRange> AnyWindow = Gen.OneOf(
        Gen.Const(DefaultWindow), Gen.Const(PortRange.All),
        Gen.Select(Gen.Int[0, 65535], Gen.Int[0, 9000], (first, more) => new PortRange(first, Math.Min(65535, first + more))));

    /// <summary>Ranges that lie around a window, reaching over its bounds.</summary>
    private static Gen<PortRanges> RangesAround(PortRange window) => Gen.Select(
        Gen.Int[Math.Max(0, window.First - 50), Math.Min(65535, window.Last + 50)], Gen.Int[0, 100],
        (first, more) => new PortRange(first, Math.Min(65535, first + more))).Array[0, 20].Select(ranges => PortRanges.Of(ranges));

    [Fact]
    public void The_lowest_ports_are_taken_first_until_none_is_left()
    {
        var free = PortSet.Full(new PortRange(31000, 31002));

        Assert.True(free.TryTake(out int first));
        Assert.True(free.TryTake(out int second));
        Assert.True(free.Add(first));
        Assert.True(free.TryTake(out int third));

        Assert.Equal((31000, 31001, 31000), (first, second, third));
        Assert.True(free.TryTake(out _));
        Assert.False(free.TryTake(out int none));
        Assert.Equal((-1, 0), (none, free.Count));
    }

    [Fact]
    public void Many_are_taken_together_or_none_is()
    {
        var free = PortSet.Full(new PortRange(31000, 31009));
        int[] seven = new int[7];

        Assert.True(free.TryTake(seven));
        Assert.False(free.TryTake(new int[4].AsSpan()));

        Assert.Equal(Enumerable.Range(31000, 7), seven);
        Assert.Equal(3, free.Count);
    }

    [Fact]
    public void A_run_is_taken_where_neighbours_are_free_together()
    {
        var free = PortSet.Full(DefaultWindow);
        for (int port = 31000; port <= 31200; port += 2)
            Assert.True(free.Remove(port));

        Assert.True(free.TryTakeRun(3, out PortRange three));
        Assert.True(free.TryTakeRun(500, out PortRange many));
        Assert.False(free.TryTakeRun(500, out _));

        Assert.Equal(("31201-31203", "31204-31703"), (three.ToString(), many.ToString()));
        Assert.Equal((1001 - 101 - 503, 101, 297), (free.Count, free.Runs, free.LargestRun));
    }

    [Fact]
    public void Outside_of_the_window_there_is_nothing_to_take_or_give_back()
    {
        var free = PortSet.Full(DefaultWindow);

        Assert.False(free.Add(30999));
        Assert.False(free.Remove(32001));
        Assert.False(free.Contains(30999));
        Assert.False(free.TryTake(new PortRange(40000, 50000), out _));
        Assert.False(free.TryTake(new PortRange(1, 30999), out _));
        Assert.Equal((1001, "[31000-32000]"), (free.Count, free.ToRanges().ToString()));
    }

    [Fact]
    public void Memory_of_a_node_with_the_default_window_is_at_most_256_bytes()
    {
        _ = PortSet.Full(DefaultWindow);
        var sets = new PortSet[1000];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < sets.Length; i++)
            sets[i] = PortSet.Full(DefaultWindow);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / sets.Length, 1, 256);
        Assert.Equal(1001, sets[999].Count);
    }

    [Theory]
    [InlineData(31000, 32000)]
    [InlineData(0, 65535)]
    public void Random_steps_agree_with_a_plain_list_of_flags(int first, int last)
    {
        var window = new PortRange(first, last);
        var model = new FlagModel(window);
        var set = new PortSet(window);
        var random = new Random(first + last);
        for (int step = 1; step <= 500_000; step++)
        {
            // Phases in which it fills and phases in which it empties, so that both ends are reached.
            bool filling = step / 4_000 % 2 == 0;
            int port = random.Next(Math.Max(0, first - 2), Math.Min(65535, last + 2) + 1);
            switch (random.Next(filling ? 4 : 10))
            {
                case 0:
                    Assert.Equal(model.Remove(port), set.Remove(port));
                    break;
                case 1 or 2 or 3 or 4 when filling || step % 16 == 0:
                    Assert.Equal(model.Add(port), set.Add(port));
                    break;
                case 5 or 6:
                    Assert.Equal(model.TryTakeFrom(0), set.TryTake(out int taken) ? taken : -1);
                    break;
                case 7:
                    var within = new PortRange(port, Math.Min(65535, port + random.Next(200)));
                    Assert.Equal(model.TryTakeFrom(within.First, within.Last), set.TryTake(within, out taken) ? taken : -1);
                    break;
                case 8 when step % 64 == 0:
                    int length = 1 + random.Next(random.Next(1, 150));
                    Assert.Equal(model.TryTakeRun(length), set.TryTakeRun(length, out PortRange run) ? run.First : -1);
                    break;
                default:
                    Assert.Equal(model.Contains(port), set.Contains(port));
                    break;
            }
            if (step % 20_000 == 0)
                model.AssertSame(set);
        }
    }

    [Fact]
    public async Task Under_its_callers_lock_no_port_is_held_twice()
    {
        var free = PortSet.Full(DefaultWindow);
        var turn = new Lock();
        int[] holders = new int[65536];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            var held = new Stack<int>();
            for (int step = 0; step < 50_000; step++)
            {
                bool took = false;
                int port = -1;
                lock (turn)
                {
                    if (random.Next(2) == 0)
                        took = free.TryTake(out port);
                    else if (held.TryPop(out int last))
                        Assert.True(Interlocked.Decrement(ref holders[last]) == 0 && free.Add(last));
                }
                if (took)
                {
                    held.Push(port);
                    Assert.Equal(1, Interlocked.Increment(ref holders[port]));
                }
            }
        })));

        Assert.Equal(1001 - holders.Sum(), free.Count);
    }

    [Fact]
    public void Whole_sets_agree_with_intervals() => AnyWindow.SelectMany(window => Gen.Select(Gen.Const(window), RangesAround(window), RangesAround(window))).Sample(
        (window, a, b) =>
        {
            var inWindow = PortRanges.Of(window);
            PortRanges Clip(PortRanges ranges) => ranges.Except(PortRanges.Of(PortRange.All).Except(inWindow));
            var setOfA = new PortSet(window);
            setOfA.UnionWith(a);
            var setOfB = new PortSet(window);
            setOfB.UnionWith(b);
            PortSet union = setOfA.Clone();
            union.UnionWith(setOfB);
            PortSet difference = setOfA.Clone();
            difference.ExceptWith(setOfB);
            PortSet differenceOfRanges = setOfA.Clone();
            differenceOfRanges.ExceptWith(b);

            AssertIs(Clip(a), setOfA);
            AssertIs(Clip(a.Union(b)), union);
            AssertIs(Clip(a.Except(b)), difference);
            AssertIs(Clip(a.Except(b)), differenceOfRanges);
            Assert.Equal(Clip(b).IsSubsetOf(Clip(a)), setOfB.IsSubsetOf(setOfA));
            Assert.Equal(b.IsSubsetOf(Clip(a)), setOfA.IsSupersetOf(b));
        });

    [Fact]
    public void Sets_of_different_windows_meet_in_the_ports_that_both_know() => Gen.Select(AnyWindow, AnyWindow).Sample((window, other) =>
    {
        PortSet set = PortSet.Full(window);
        set.ExceptWith(PortSet.Full(other));
        Assert.Equal(PortRanges.Of(window).Except(PortRanges.Of(other)), set.ToRanges());
        Assert.Equal(set.Count == 0, PortSet.Full(window).IsSubsetOf(PortSet.Full(other)));
        set.UnionWith(PortSet.Full(other));
        Assert.Equal(PortRanges.Of(window), set.ToRanges());
    });

    private static void AssertIs(PortRanges expected, PortSet actual)
    {
        Assert.Equal(expected, actual.ToRanges());
        Assert.Equal((expected.Count, expected.Ranges.Length), (actual.Count, actual.Runs));
        Assert.Equal(expected.IsEmpty ? 0 : expected.Ranges.ToArray().Max(range => range.Count), actual.LargestRun);
        // Taking works on what whole-set operations left behind.
        Assert.Equal(expected.IsEmpty ? -1 : expected.Ranges[0].First, actual.NextFrom(0));
        Assert.Equal(expected.IsEmpty ? -1 : expected.Ranges[^1].Last, actual.NextFrom(expected.IsEmpty ? 0 : expected.Ranges[^1].Last));
    }
}
