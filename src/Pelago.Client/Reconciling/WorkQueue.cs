// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;

namespace Pelago.Client;

/// <summary>
/// Keys that need work. A key is in the queue once however often it is added, never with two workers at a time, and comes again when it
/// was added while being worked on (client-go util/workqueue). Thread-safe.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1000);
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Dictionary<TKey, long> _waiting = [];

    /// <summary>Until when keys that are through rest; what is added meanwhile is dirty and not ready.</summary>
    private readonly Dictionary<TKey, long> _resting = [];
    private readonly PriorityQueue<TKey, long> _due = new();
    private readonly ITimer _timer;
    private readonly long _origin;

    /// <summary>A timer takes no more than 49 days; one that fires too early is armed again.</summary>
    private const long LongestWait = TimeSpan.TicksPerDay;
    private bool _closed;

    public WorkQueue(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(static queue => ((WorkQueue<TKey>)queue!).MoveDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys ready to be taken; those waiting for their time not counted.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _dirty.Count;
        }
    }

    /// <summary>Ticks of a clock that nobody sets: a wall clock put back would make everything late by as much.</summary>
    private long Now => _time.GetElapsedTime(_origin).Ticks;

    public void Add(TKey key)
    {
        lock (_gate)
            AddLocked(key);
    }

    /// <summary>Adds the key when <paramref name="delay"/> is over; of several such promises for a key the earliest holds.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }
            long due = Now + delay.Ticks;
            if (_closed || (_waiting.TryGetValue(key, out long earlier) && earlier <= due))
                return;
            _waiting[key] = due;
            _due.Enqueue(key, due);
            ArmTimer();
        }
    }

    /// <summary>Adds the key after a pause that doubles with every call since <see cref="Forget"/>: 5 ms, 10 ms, … 1000 s.</summary>
    public void AddRateLimited(TKey key)
    {
        TimeSpan delay;
        lock (_gate)
        {
            int failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            delay = failures >= 18 ? LastRetry : FirstRetry * (1L << failures);
        }
        AddAfter(key, delay < LastRetry ? delay : LastRetry);
    }

    /// <summary>The key did well: its next failure pauses for 5 ms again.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
            _failures.Remove(key);
    }

    /// <summary>How often the key was rate-limited since it was forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_gate)
            return _failures.GetValueOrDefault(key);
    }

    /// <summary>The next key, which is this caller's until <see cref="Done"/>.</summary>
    /// <exception cref="ChannelClosedException">The queue was closed and is empty.</exception>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancel)
    {
        TKey key = await _ready.Reader.ReadAsync(cancel);
        lock (_gate)
        {
            _dirty.Remove(key);
            _working.Add(key);
        }
        return key;
    }

    /// <summary>The caller is through with a key that it took, which nobody gets again before <paramref name="rest"/> is over.</summary>
    public void Done(TKey key, TimeSpan rest = default)
    {
        lock (_gate)
        {
            _working.Remove(key);
            if (rest > TimeSpan.Zero)
            {
                long until = _resting[key] = Now + rest.Ticks;
                _due.Enqueue(key, until);
                ArmTimer();
            }
            else if (_dirty.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Takes no more keys; those already there can still be taken.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _ready.Writer.TryComplete();
        }
        _timer.Dispose();
    }

    private void AddLocked(TKey key)
    {
        if (_closed || !_dirty.Add(key) || _working.Contains(key) || _resting.ContainsKey(key))
            return;
        _ready.Writer.TryWrite(key);
    }

    private void MoveDue()
    {
        lock (_gate)
        {
            long now = Now;
            while (_due.TryPeek(out TKey? key, out long due) && due <= now)
            {
                _due.Dequeue();
                if (_resting.TryGetValue(key, out long until) && until == due)
                {
                    _resting.Remove(key);
                    if (_dirty.Contains(key))
                        _ready.Writer.TryWrite(key);
                }
                // An entry that a shorter promise replaced is of no account.
                if (_waiting.TryGetValue(key, out long promised) && promised == due)
                {
                    _waiting.Remove(key);
                    AddLocked(key);
                }
            }
            ArmTimer();
        }
    }

    private void ArmTimer()
    {
        if (_closed || !_due.TryPeek(out _, out long due))
            return;
        long wait = Math.Clamp(due - Now, TimeSpan.TicksPerMillisecond, LongestWait);
        // Timers count whole milliseconds and must not fire before the key is due.
        _timer.Change(TimeSpan.FromTicks(wait + TimeSpan.TicksPerMillisecond - 1), Timeout.InfiniteTimeSpan);
    }
}
