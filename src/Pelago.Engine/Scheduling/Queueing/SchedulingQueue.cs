// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Pods that wait: the active ones by priority, then age; those in back-off (1 s, doubling, at most 10 s); and those that nothing helps
/// until an event says otherwise. One owner, the scheduler's loop.
/// </summary>
internal sealed class SchedulingQueue(TimeProvider clock, SchedulerOptions options)
{
    private readonly Dictionary<string, QueuedPod> _pods = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(QueuedPod Pod, long Ticket), (int Priority, DateTimeOffset Since, long Ticket)> _active = new();
    private readonly PriorityQueue<(QueuedPod Pod, long Ticket), DateTimeOffset> _backoff = new();
    private readonly Dictionary<string, QueuedPod> _unschedulable = new(StringComparer.Ordinal);
    private long _tickets;

    /// <summary>What events since the last <see cref="Pop"/> might have resolved: a pod that was being tried then is not parked.</summary>
    private FailureKinds _woken;

    public int Count => _pods.Count;

    /// <summary>When the next back-off ends or the next parked pod is tried again anyway; null: never.</summary>
    public DateTimeOffset? NextWake
    {
        get
        {
            DropVoid(_backoff);
            DateTimeOffset? next = _backoff.TryPeek(out _, out DateTimeOffset until) ? until : null;
            if (_unschedulable.Count == 0)
                return next;
            DateTimeOffset oldest = _unschedulable.Values.Min(pod => pod.LastAttempt) + options.UnschedulableTimeout;
            return next is null || oldest < next ? oldest : next;
        }
    }

    public QueuedPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>A new pod, or a change of one that waits: when what decides its place changed it is tried again.</summary>
    public void AddOrUpdate(PodView pod)
    {
        if (!_pods.TryGetValue(pod.Uid, out QueuedPod? queued))
        {
            queued = new QueuedPod(pod, clock.GetUtcNow());
            _pods[pod.Uid] = queued;
            Activate(queued);
            return;
        }

        bool changed = !ReferenceEquals(queued.Pod.Class, pod.Class);
        queued.Pod = pod;
        if (changed && queued.Place == QueuePlace.Unschedulable)
            MoveOut(queued);
        else if (changed && queued.Place == QueuePlace.Active)
            Activate(queued);
    }

    public void Remove(string uid)
    {
        if (_pods.Remove(uid, out QueuedPod? queued))
        {
            _unschedulable.Remove(uid);
            queued.Ticket = -1;
        }
    }

    /// <summary>Takes up to <paramref name="most"/> pods in line; each is in flight until it is removed or comes back.</summary>
    public List<QueuedPod> Pop(int most)
    {
        Flush();
        _woken = FailureKinds.None;
        var taken = new List<QueuedPod>();
        while (taken.Count < most && _active.TryDequeue(out (QueuedPod Pod, long Ticket) next, out _))
        {
            if (next.Pod.Ticket != next.Ticket)
                continue;
            next.Pod.Place = QueuePlace.InFlight;
            next.Pod.Ticket = -1;
            next.Pod.Attempts++;
            next.Pod.LastAttempt = clock.GetUtcNow();
            taken.Add(next.Pod);
        }

        return taken;
    }

    /// <summary>No node took it: it waits for an event of those kinds, or in back-off if one came meanwhile.</summary>
    public void Park(QueuedPod queued, FailureKinds failures)
    {
        if (!_pods.ContainsKey(queued.Pod.Uid))
            return;
        queued.Failures = failures;
        queued.BackoffUntil = queued.LastAttempt + Backoff(queued.Attempts);
        if ((_woken & failures) != FailureKinds.None)
        {
            ToBackoff(queued);
            return;
        }

        queued.Place = QueuePlace.Unschedulable;
        _unschedulable[queued.Pod.Uid] = queued;
    }

    /// <summary>An attempt broke off for a reason that has nothing to do with nodes: try again after the back-off.</summary>
    public void Retry(QueuedPod queued)
    {
        if (!_pods.ContainsKey(queued.Pod.Uid))
            return;
        queued.BackoffUntil = clock.GetUtcNow() + Backoff(queued.Attempts);
        ToBackoff(queued);
    }

    /// <summary>Something happened that may help pods which failed for one of these reasons.</summary>
    public void Wake(FailureKinds kinds)
    {
        _woken |= kinds;
        if (_unschedulable.Count == 0)
            return;
        foreach (QueuedPod queued in _unschedulable.Values.Where(pod => (pod.Failures & kinds) != FailureKinds.None).ToArray())
            MoveOut(queued);
    }

    /// <summary>What waited long enough moves on.</summary>
    private void Flush()
    {
        DateTimeOffset now = clock.GetUtcNow();
        while (_backoff.TryPeek(out (QueuedPod Pod, long Ticket) next, out DateTimeOffset until) && (until <= now || next.Pod.Ticket != next.Ticket))
        {
            _backoff.Dequeue();
            if (next.Pod.Ticket == next.Ticket)
                Activate(next.Pod);
        }

        foreach (QueuedPod queued in _unschedulable.Values.Where(pod => pod.LastAttempt + options.UnschedulableTimeout <= now).ToArray())
            MoveOut(queued);
    }

    private void MoveOut(QueuedPod queued)
    {
        _unschedulable.Remove(queued.Pod.Uid);
        if (queued.BackoffUntil > clock.GetUtcNow())
            ToBackoff(queued);
        else
            Activate(queued);
    }

    private void Activate(QueuedPod queued)
    {
        queued.Place = QueuePlace.Active;
        queued.Ticket = ++_tickets;
        _active.Enqueue((queued, queued.Ticket), (-queued.Pod.Priority, queued.Since, queued.Ticket));
    }

    private void ToBackoff(QueuedPod queued)
    {
        queued.Place = QueuePlace.Backoff;
        queued.Ticket = ++_tickets;
        _backoff.Enqueue((queued, queued.Ticket), queued.BackoffUntil);
    }

    private TimeSpan Backoff(int attempts)
    {
        TimeSpan span = options.InitialBackoff * Math.Pow(2, Math.Min(Math.Max(0, attempts - 1), 20));
        return span < options.MaxBackoff ? span : options.MaxBackoff;
    }

    private static void DropVoid(PriorityQueue<(QueuedPod Pod, long Ticket), DateTimeOffset> heap)
    {
        while (heap.TryPeek(out (QueuedPod Pod, long Ticket) next, out _) && next.Pod.Ticket != next.Ticket)
            heap.Dequeue();
    }
}
