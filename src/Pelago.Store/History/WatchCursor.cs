// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace Pelago.Store;

/// <summary>
/// A reader's place: first in the log, when it starts further back than memory reaches, then in the shared list of events.
/// One thread reads at a time; <see cref="Wake"/> and cancellation may come from any.
/// </summary>
internal sealed class WatchCursor : IWatchCursor, IValueTaskSource
{
    private const int Idle = 0, Waiting = 1, Woken = 2;

    private readonly ResourceState _resource;
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _registered;
    private int _state;
    private EventNode _position = EventNode.Severed;
    private LogPage? _past;
    private int _pastRead;
    private bool _hasRead;

    public WatchCursor(ResourceState resource, long after)
    {
        _resource = resource;
        Revision = after;
        FindPosition();
    }

    public long Revision { get; private set; }

    /// <summary>In the list of waiters; guarded by the lock of that list.</summary>
    public bool Enlisted { get; set; }

    /// <summary>Belongs to the waiters, too: nobody waits any more.</summary>
    public bool Gone { get; set; }

    public bool TryRead([NotNullWhen(true)] out StoreEvent? next)
    {
        while (_past is not null)
        {
            if (_pastRead < _past.Events.Count)
            {
                next = _past.Events[_pastRead++];
                Revision = next.Revision;
                return true;
            }
            Revision = _past.Through;
            FindPosition();
        }
        return TryReadMemory(out next);
    }

    public ValueTask WaitAsync(CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled(cancel);
        if (_resource.History.Waiters.Closed)
            return ValueTask.FromException(Closed());
        if (Volatile.Read(ref _state) == Waiting)
            throw new InvalidOperationException("a watch cursor has one wait at a time");
        _wait.Reset();
        if (_past is not null || Interlocked.CompareExchange(ref _state, Waiting, Idle) == Woken)
        {
            Volatile.Write(ref _state, Idle);
            return default;
        }
        if (!_resource.History.Waiters.Enlist(this, _position))
            Wake();
        else
            EndOn(cancel);
        return new ValueTask(this, _wait.Version);
    }

    public void Wake()
    {
        int before = Interlocked.CompareExchange(ref _state, Idle, Waiting);
        if (before == Waiting)
            _wait.SetResult(true);
        else if (before == Idle)
            Interlocked.CompareExchange(ref _state, Woken, Idle);
    }

    public void Dispose()
    {
        _registration.Dispose();
        _resource.History.Waiters.Leave(this);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _wait.GetResult(token);
        if (_resource.History.Waiters.Closed)
            throw Closed();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private static OperationCanceledException Closed() => new("the store has closed");

    private bool TryReadMemory([NotNullWhen(true)] out StoreEvent? next)
    {
        // Read before the list: what is linked after this look may be missed by it, and must not be counted as read.
        long linked = _resource.LinkedRevision;
        while (_position.Next is { } node)
        {
            if (ReferenceEquals(node, EventNode.Severed))
                return RecoverOrLag(out next);
            _position = node;
            if (node.Revision <= Revision)
                continue;
            Revision = node.Revision;
            _hasRead = true;
            next = node.Event!;
            return true;
        }
        Revision = Math.Max(Revision, linked);
        next = null;
        return false;
    }

    /// <summary>A reader that lost its place before its first read did not dawdle: history moved on while it was opened.</summary>
    private bool RecoverOrLag([NotNullWhen(true)] out StoreEvent? next)
    {
        if (_hasRead)
            throw new WatchLaggedException();
        FindPosition();
        return TryRead(out next);
    }

    private void FindPosition()
    {
        _pastRead = 0;
        if (_resource.History.PlaceOf(Revision) is { } place)
        {
            _past = null;
            _position = place;
        }
        else
        {
            _past = _resource.ReadLog(Revision);
        }
    }

    private void EndOn(CancellationToken cancel)
    {
        if (!cancel.CanBeCanceled)
            return;
        if (cancel != _registered)
        {
            _registration.Dispose();
            _registered = cancel;
            _registration = cancel.UnsafeRegister(static cursor => ((WatchCursor)cursor!).Cancel(), this);
        }
        // A cancellation between the first look and here found nobody waiting.
        if (cancel.IsCancellationRequested)
            Cancel();
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
            _wait.SetException(new OperationCanceledException(_registered));
    }
}
