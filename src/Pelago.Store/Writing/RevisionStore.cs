// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>
/// What the stores share: all of it but the log. The writer thread publishes; everybody else reads what is published without locks.
/// </summary>
internal sealed class RevisionStore : IRevisionStore
{
    private readonly ConcurrentDictionary<string, ResourceState> _resources = new(StringComparer.Ordinal);
    private readonly HistoryBudget _budget;
    private readonly StoreUpkeep _upkeep;
    private readonly PublishedState _untouched;
    private long _revision;
    private long _linked;
    private long _compacted;
    private TaskCompletionSource? _advance;
    private bool _closed;

    public RevisionStore(IRevisionLog log, LoadedState loaded, StoreOptions options)
    {
        Log = log;
        ILogger logger = options.Logging.CreateLogger("Pelago.Store");
        _budget = new HistoryBudget(options.HistoryEvents, options.HistoryBytes);
        _revision = _linked = loaded.Revision;
        _compacted = loaded.CompactedRevision;
        _untouched = new PublishedState(PersistentMap<ObjectKey, StoredObject>.Empty, loaded.CompactedRevision);
        Writer = new RevisionWriter(this, log, options.Failpoints ?? Failpoints.FromEnvironment(), logger);
        _upkeep = new StoreUpkeep(this, options, logger);
        foreach ((string name, PublishedState state) in loaded.Resources)
            _resources[name] = Open(name, state);
        foreach ((string name, StoredObject item, long at) in loaded.Expiries)
            _upkeep.Track(_resources[name], item, at);
        Writer.Start();
        _upkeep.Start();
    }

    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Everything through this revision is in the lists that watches walk.</summary>
    public long LinkedRevision => Volatile.Read(ref _linked);

    public long CompactedRevision => Volatile.Read(ref _compacted);

    public IRevisionLog Log { get; }

    public RevisionWriter Writer { get; }

    public IReadOnlyCollection<string> ResourceNames =>
        [.. _resources.Values.Where(resource => !resource.IsEmpty).Select(resource => resource.Name).Order(StringComparer.Ordinal)];

    public IResourceStore Resource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _resources.GetOrAdd(name, static (added, store) => store.Open(added, store._untouched), this);
    }

    public async Task WaitForRevisionAsync(long revision, CancellationToken cancel)
    {
        while (Revision < revision)
        {
            TaskCompletionSource mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource advance = Interlocked.CompareExchange(ref _advance, mine, null) ?? mine;
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed), this);
            // Asked again after taking a place: a commit in between has not seen it.
            if (Revision < revision)
                await advance.Task.WaitAsync(cancel);
        }
    }

    public Task CompactAsync(long revision, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, Revision);
        return _upkeep.CompactAsync(revision, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _upkeep.Stop();
        await Writer.DisposeAsync();
        Volatile.Write(ref _closed, true);
        Interlocked.Exchange(ref _advance, null)?.TrySetException(new ObjectDisposedException(nameof(RevisionStore)));
        foreach (ResourceState resource in _resources.Values)
            resource.History.Waiters.Close();
    }

    /// <summary>
    /// Shows a durable batch. States come before events, so that whoever reads an event finds a state that has it;
    /// events come in the order of their revisions over all resources. Writer thread.
    /// </summary>
    public void Publish(CommitBatch batch)
    {
        for (int i = batch.Changes.Count - 1; i >= 0; i--)
            batch.Changes[i].Resource.Publish(batch.Changes[i].Event.Revision);
        Volatile.Write(ref _revision, batch.Revision);
        foreach (BatchChange change in batch.Changes)
            change.Resource.History.Append(change.Event);
        Volatile.Write(ref _linked, batch.Revision);
        foreach (BatchChange change in batch.Changes)
            change.Resource.History.Waiters.Signal();
        Interlocked.Exchange(ref _advance, null)?.TrySetResult();
        _upkeep.AfterCommit(batch);
    }

    /// <summary>Moves the floor up; from now on nobody starts to read below it. Writer thread.</summary>
    public void RaiseFloor(long revision)
    {
        if (revision <= _compacted)
            return;
        Volatile.Write(ref _compacted, revision);
        foreach (ResourceState resource in _resources.Values)
            resource.Forget(revision);
    }

    /// <summary>Memory's events of a resource begin after its last change: a watch that resumes from there after a restart needs no log.</summary>
    private ResourceState Open(string name, PublishedState state) => new(name, this, state, new EventHistory(state.LastRevision, _budget));
}
