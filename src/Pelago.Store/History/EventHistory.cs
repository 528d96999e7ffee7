// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>The newest events of one resource, in memory. Only the writer thread changes it; readers walk it without locks.</summary>
internal sealed class EventHistory(long revision, HistoryBudget budget)
{
    private EventNode _base = new(revision, null);
    private EventNode _tail = null!;
    private int _count;
    private long _bytes;

    private EventNode Tail => Volatile.Read(ref _tail) ?? _base;

    /// <summary>Whoever waits for events of this resource.</summary>
    public WatchWaiters Waiters { get; } = new();

    public void Append(StoreEvent occurrence)
    {
        EventNode last = Tail;
        var node = new EventNode(occurrence.Revision, occurrence) { Previous = last };
        last.Next = node;
        Volatile.Write(ref _tail, node);
        _count++;
        Charge(node.Cost);
        while (_count > budget.MaxEvents || budget.MustShed(_bytes))
            DropOldest();
    }

    /// <summary>Lets go of events at or below a revision.</summary>
    public void DropThrough(long revision)
    {
        while (_base.Next is { } oldest && oldest.Revision <= revision)
            DropOldest();
    }

    /// <summary>The last place at or before a revision; null when memory does not reach back that far.</summary>
    public EventNode? PlaceOf(long revision)
    {
        EventNode? node = Tail;
        while (node is not null && node.Revision > revision)
            node = node.Previous;
        return node;
    }

    /// <summary>Events from the newest back to the first one above a revision; null when memory does not reach back that far.</summary>
    public IReadOnlyList<StoreEvent>? BackTo(long revision)
    {
        var events = new List<StoreEvent>();
        EventNode? node = Tail;
        for (; node is not null && node.Revision > revision; node = node.Previous)
        {
            if (node.Event is not null)
                events.Add(node.Event);
        }
        return node is null ? null : events;
    }

    private void DropOldest()
    {
        EventNode gone = _base;
        EventNode oldest = gone.Next!;
        _count--;
        Charge(-oldest.Cost);
        // The place of the dropped event becomes the base: what comes after it is still known.
        oldest.Previous = null;
        _base = oldest;
        gone.Next = EventNode.Severed;
    }

    private void Charge(long bytes)
    {
        _bytes += bytes;
        budget.Charge(bytes);
    }
}
