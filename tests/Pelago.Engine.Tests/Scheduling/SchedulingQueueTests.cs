// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Scheduling;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class SchedulingQueueTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SchedulerDocuments _cluster = new();
    private readonly SchedulingQueue _queue;

    public SchedulingQueueTests() => _queue = new SchedulingQueue(_clock, new SchedulerOptions());

    [Fact]
    public void Higher_priority_comes_first_then_age()
    {
        PodView old = Add(0), young = Add(0), important = Add(5);

        Assert.Equal([important, old, young], _queue.Pop(10).Select(queued => queued.Pod));
        Assert.Empty(_queue.Pop(10));
    }

    [Fact]
    public void A_parked_pod_waits_for_an_event_that_may_help_it()
    {
        PodView pod = Add(0);
        _queue.Park(_queue.Pop(1)[0], FailureKinds.Resources);
        _clock.Advance(TimeSpan.FromSeconds(60));

        _queue.Wake(FailureKinds.PodAffinity);
        Assert.Empty(_queue.Pop(1));
        _queue.Wake(FailureKinds.AnyNodeRule);

        Assert.Same(pod, Assert.Single(_queue.Pop(1)).Pod);
    }

    [Fact]
    public void Back_off_doubles_up_to_its_bound()
    {
        Add(0);
        var waits = new List<double>();
        for (int i = 0; i < 6; i++)
        {
            _queue.Park(_queue.Pop(1)[0], FailureKinds.Resources);
            _queue.Wake(FailureKinds.Resources);
            TimeSpan wait = _queue.NextWake!.Value - _clock.GetUtcNow();
            waits.Add(wait.TotalSeconds);
            Assert.Empty(_queue.Pop(1));
            _clock.Advance(wait);
        }

        Assert.Equal([1, 2, 4, 8, 10, 10], waits);
    }

    [Fact]
    public void An_event_during_the_attempt_is_not_missed()
    {
        Add(0);
        QueuedPod queued = _queue.Pop(1)[0];
        _queue.Wake(FailureKinds.Resources);
        _queue.Park(queued, FailureKinds.Resources);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Single(_queue.Pop(1));
    }

    [Fact]
    public void A_pod_that_nothing_helps_is_tried_again_after_five_minutes()
    {
        Add(0);
        _queue.Park(_queue.Pop(1)[0], FailureKinds.Taints);

        Assert.Equal(TimeSpan.FromMinutes(5), _queue.NextWake - _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(_queue.Pop(1));
    }

    [Fact]
    public void Only_changes_that_matter_bring_a_parked_pod_back()
    {
        PodView pod = Add(0);
        _queue.Park(_queue.Pop(1)[0], FailureKinds.Resources);
        _clock.Advance(TimeSpan.FromSeconds(20));

        _queue.AddOrUpdate(pod with { UnschedulableMessage = "no" });
        Assert.Empty(_queue.Pop(1));
        _queue.AddOrUpdate(pod with { Class = _cluster.Requesting("1").Class });

        Assert.Single(_queue.Pop(1));
    }

    [Fact]
    public void A_removed_pod_never_comes_back()
    {
        PodView first = Add(0), second = Add(0);
        QueuedPod inFlight = _queue.Pop(1)[0];
        _queue.Remove(first.Uid);
        _queue.Remove(second.Uid);

        _queue.Park(inFlight, FailureKinds.Resources);
        _queue.Retry(inFlight);
        _clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Empty(_queue.Pop(10));
        Assert.Equal(0, _queue.Count);
    }

    private PodView Add(int priority)
    {
        PodView pod = _cluster.Requesting("1m", priority: priority);
        _queue.AddOrUpdate(pod);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        return pod;
    }
}
