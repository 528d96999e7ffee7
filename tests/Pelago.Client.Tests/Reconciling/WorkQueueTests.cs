// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Pelago.Client.Tests.Reconciling;

public class WorkQueueTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_added_twice_is_taken_once()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Add("a");
        queue.Add("b");

        Assert.Equal("a", await queue.TakeAsync(Cancel));
        Assert.Equal("b", await queue.TakeAsync(Cancel));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Key_added_while_worked_on_comes_again_after_done()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        string taken = await queue.TakeAsync(Cancel);

        queue.Add("a");
        ValueTask<string> second = queue.TakeAsync(Cancel);
        bool early = second.IsCompleted;
        queue.Done(taken);

        Assert.False(early);
        Assert.Equal("a", await second);
    }

    [Fact]
    public async Task A_key_may_be_due_later_than_a_timer_can_be_set_to()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromDays(60));
        ValueTask<string> taken = queue.TakeAsync(Cancel);

        for (int day = 0; day < 59; day++)
            _time.Advance(TimeSpan.FromDays(1));
        bool early = taken.IsCompleted;
        _time.Advance(TimeSpan.FromDays(2));

        Assert.False(early);
        Assert.Equal("a", await taken);
    }

    [Fact]
    public async Task Key_that_rests_comes_once_and_not_before_its_time()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        string taken = await queue.TakeAsync(Cancel);

        queue.Add("a");
        queue.Done(taken, rest: TimeSpan.FromSeconds(1));
        queue.Add("a");
        ValueTask<string> second = queue.TakeAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        bool early = second.IsCompleted;
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.False(early);
        Assert.Equal("a", await second);
        queue.Done("a");
        Assert.Equal(0, queue.Count);
    }

    [Theory]
    [InlineData(999, 99, 0)]
    [InlineData(999, 100, 10)]
    [InlineData(1_000, 0, 10)]
    [InlineData(50_000, 0, 500)]
    [InlineData(0, 100_000, 10)]
    [InlineData(10_000_000, 0, 10_000)]
    public void Work_that_looks_at_many_objects_rests_longer_and_never_long(int objects, int passedOver, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ReconcileResult.RestAfter(objects, passedOver));

    [Fact]
    public async Task Key_that_nobody_added_while_it_rested_does_not_come()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.Add("a");
        queue.Done(await queue.TakeAsync(Cancel), rest: TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, queue.Count);
        queue.Add("a");
        Assert.Equal("a", await queue.TakeAsync(Cancel));
    }

    [Fact]
    public async Task Delayed_key_comes_when_due_and_the_earliest_promise_holds()
    {
        using var queue = new WorkQueue<string>(_time);
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(4));
        int early = queue.Count;
        _time.Advance(TimeSpan.FromSeconds(1.1));
        string taken = await queue.TakeAsync(Cancel);
        queue.Done(taken);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(0, early);
        Assert.Equal("a", taken);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Wall_clock_that_is_put_back_delays_nothing()
    {
        var clock = new ClockPutBack(_time);
        using var queue = new WorkQueue<string>(clock);
        queue.Add("rests");
        queue.Done(await queue.TakeAsync(Cancel), rest: TimeSpan.FromSeconds(5));
        queue.AddAfter("waits", TimeSpan.FromSeconds(5));

        clock.By = TimeSpan.FromHours(1);
        queue.Add("rests");
        _time.Advance(TimeSpan.FromSeconds(5.1));

        string[] taken = [await TakeAtOnceAsync(queue), await TakeAtOnceAsync(queue)];
        Assert.Equal(["rests", "waits"], taken.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Retries_double_until_forgotten()
    {
        using var queue = new WorkQueue<string>(_time);

        queue.AddRateLimited("a");
        _time.Advance(TimeSpan.FromMilliseconds(7));
        int first = queue.Count;
        queue.AddRateLimited("b");
        queue.AddRateLimited("b");
        queue.Forget("b");

        Assert.Equal(1, first);
        Assert.Equal(1, queue.Failures("a"));
        Assert.Equal(0, queue.Failures("b"));
    }

    [Fact]
    public async Task Retry_pause_never_exceeds_a_thousand_seconds()
    {
        using var queue = new WorkQueue<string>(_time);
        for (int i = 0; i < 40; i++)
        {
            queue.AddRateLimited("a");
            _time.Advance(TimeSpan.FromSeconds(1001));
            string key = await queue.TakeAsync(Cancel);
            queue.Done(key);
        }

        Assert.Equal(40, queue.Failures("a"));
    }

    private static async Task<string> TakeAtOnceAsync(WorkQueue<string> queue)
    {
        ValueTask<string> next = queue.TakeAsync(Cancel);
        Assert.True(next.IsCompleted);
        return await next;
    }

    /// <summary>A clock on the wall that somebody puts back; timers and timestamps go on as before.</summary>
    private sealed class ClockPutBack(FakeTimeProvider time) : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() - By;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
