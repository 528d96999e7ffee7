// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// The cursors of one resource that wait for its next event. The writer only puts one work item in the thread pool's queue;
/// that item wakes them all, and events that arrive meanwhile need no second one.
/// </summary>
internal sealed class WatchWaiters : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private List<WatchCursor> _waiting = [];
    private List<WatchCursor> _woken = [];
    private int _left;
    private bool _queued;
    private bool _closed;

    /// <summary>False when there is no need to wait: something came in between, or the store has closed.</summary>
    public bool Enlist(WatchCursor cursor, EventNode position)
    {
        lock (_gate)
        {
            if (_closed || position.Next is not null)
                return false;
            if (!cursor.Enlisted)
                _waiting.Add(cursor);
            cursor.Enlisted = true;
            return true;
        }
    }

    public bool Closed => Volatile.Read(ref _closed);

    /// <summary>Forgets a cursor that is not waited on any more; in lots, for many may leave at once.</summary>
    public void Leave(WatchCursor cursor)
    {
        lock (_gate)
        {
            if (!cursor.Enlisted || cursor.Gone)
                return;
            cursor.Gone = true;
            if (++_left * 2 <= _waiting.Count)
                return;
            _waiting.RemoveAll(one => one.Gone);
            _left = 0;
        }
    }

    /// <summary>Called after events were linked.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (_queued || _waiting.Count == 0)
                return;
            _queued = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Close()
    {
        lock (_gate)
            _closed = true;
        Signal();
    }

    public void Execute()
    {
        List<WatchCursor> woken;
        lock (_gate)
        {
            woken = _waiting;
            // Taken out of use while it is walked; a second run at the same time gets a list of its own.
            _waiting = Interlocked.Exchange(ref _woken, null!) ?? [];
            _queued = false;
            _left = 0;
            foreach (WatchCursor cursor in woken)
                cursor.Enlisted = false;
        }
        foreach (WatchCursor cursor in woken)
            cursor.Wake();
        woken.Clear();
        Volatile.Write(ref _woken, woken);
    }
}
