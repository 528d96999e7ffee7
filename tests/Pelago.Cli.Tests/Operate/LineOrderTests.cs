// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Pelago.Cli.Operate.Tail;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

public sealed class LineOrderTests
{
    /// <summary>Lines that come no later than a window after their time leave in the order of their times, those of one source in their own.</summary>
    [Fact]
    public void Lines_leave_in_the_order_of_their_times_when_none_is_later_than_the_window() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[0, 9]).Array[0, 60].Sample(arrivals =>
        {
            var order = new LineOrder<int>(window: 10, mostBytes: 1000);
            var left = new List<(int Source, byte Number)>();
            var times = new Dictionary<byte, int>();
            int[] last = new int[4];
            int now = 0;
            byte number = 0;
            foreach ((int source, int step, int late) in arrivals)
            {
                now += step;
                Drain(order, now, left);
                last[source] = Math.Max(last[source], now - late);
                times[number] = last[source];
                order.Add(source, $"{last[source]:D9}", [number++], now);
            }
            Drain(order, int.MaxValue, left);

            Assert.Equal(arrivals.Length, left.Count);
            Assert.Equal(left.Select(item => times[item.Number]).Order(), left.Select(item => times[item.Number]));
            Assert.All(left.GroupBy(item => item.Source), group => Assert.Equal(group.Select(item => item.Number).Order(), group.Select(item => item.Number)));
        });

    [Fact]
    public void More_than_may_be_held_leaves_before_its_window_has_passed()
    {
        var order = new LineOrder<int>(window: 1000, mostBytes: 10);
        order.Add(1, "2", new byte[6], now: 0);
        Assert.False(order.TryTake(0, out _, out _));
        order.Add(2, "1", new byte[6], now: 0);

        Assert.True(order.TryTake(0, out int source, out _));
        Assert.Equal(2, source);
        Assert.False(order.TryTake(0, out _, out _));
    }

    private static void Drain(LineOrder<int> order, long now, List<(int Source, byte Number)> left)
    {
        while (order.TryTake(now, out int source, out byte[] line))
            left.Add((source, line[0]));
    }
}
