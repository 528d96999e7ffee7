// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Pelago.Store;

/// <summary>
/// What a store does without being asked: deletes what expires, lets go of old history, tidies its file when nobody writes.
/// Timers only put chores into the writer's queue; all state here belongs to the writer thread.
/// </summary>
internal sealed partial class StoreUpkeep(RevisionStore store, StoreOptions options, ILogger logger)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Objects expire by the wall clock, which may be set while a timer runs: it is looked at each day. No timer takes more than 49 of them.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly ExpiryQueue _expiries = new();
    private readonly List<ITimer> _timers = [];
    private ITimer? _expiryTimer;
    private ITimer? _quietTimer;
    private long _armedFor = long.MaxValue;
    private bool _quietArmed;
    private long _commitsSeen;
    private long _revisionAtLastCompaction;
    private Task _compaction = Task.CompletedTask;

    private long Now => options.Time.GetUtcNow().ToUnixTimeSeconds();

    public void Start()
    {
        _expiryTimer = Timer(Expire);
        _quietTimer = Timer(TidyWhenQuiet);
        _revisionAtLastCompaction = store.Revision;
        if (options.CompactionInterval > TimeSpan.Zero)
            _timers.Add(options.Time.CreateTimer(_ => Post(CompactInBackground), null, options.CompactionInterval, options.CompactionInterval));
        Post(ArmExpiry);
    }

    public void Stop()
    {
        foreach (ITimer timer in _timers)
            timer.Dispose();
    }

    public void Track(ResourceState resource, StoredObject item, long at) => _expiries.Track(resource, item.Key, item.Revision, at);

    /// <summary>Writer thread, after each published batch.</summary>
    public void AfterCommit(CommitBatch batch)
    {
        foreach (BatchChange change in batch.Changes)
            Track(change.Resource, (change.Event.Current ?? change.Event.Previous)!, change.ExpiresAt);
        ArmExpiry();
        if (!_quietArmed)
            ArmQuiet();
    }

    public async Task CompactAsync(long revision, CancellationToken cancel)
    {
        bool done;
        do
        {
            done = await store.Writer.RunAsync(
                () =>
                {
                    // The floor first: who reads the log must know before rows go.
                    store.RaiseFloor(revision);
                    return store.Log.CompactStep(revision);
                },
                cancel);
        }
        while (!done);
    }

    private ITimer Timer(Action chore)
    {
        ITimer timer = options.Time.CreateTimer(_ => Post(chore), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        return timer;
    }

    private void Post(Action chore) => _ = RunGuardedAsync(chore);

    private async Task RunGuardedAsync(Action chore)
    {
        try
        {
            await store.Writer.RunAsync(
                () =>
                {
                    chore();
                    return true;
                },
                CancellationToken.None);
        }
        catch (StoreFailedException failure)
        {
            Log.UpkeepFailed(logger, failure.Message);
        }
    }

    private void ArmExpiry()
    {
        if (_expiries.NextDue is not { } due || due >= _armedFor)
            return;
        long left = due - Now;
        ArmExpiry(due, TimeSpan.FromSeconds(Math.Max(0, left)));
        // A clock that was set forward between the look at it and the arming.
        if (left > 0 && Now >= due)
            ArmExpiry(due, TimeSpan.Zero);
    }

    private void ArmExpiry(long due, TimeSpan wait)
    {
        _armedFor = due;
        _expiryTimer?.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private void Expire()
    {
        _armedFor = long.MaxValue;
        List<Expiry> due = _expiries.Due(Now, CommitBatch.Full);
        bool kept = store.Writer.CommitNow(due.Select(expiry => new SingleWrite(expiry.Resource, new Write(expiry.Key, expiry.Revision, null))));
        if (kept)
        {
            ArmExpiry();
            return;
        }
        _expiries.Return(due);
        ArmExpiry(Now, RetryAfter);
    }

    private void ArmQuiet()
    {
        _quietArmed = true;
        _commitsSeen = store.Writer.Commits;
        _quietTimer?.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    private void TidyWhenQuiet()
    {
        if (store.Writer.Commits != _commitsSeen || store.Log.Tidy())
            ArmQuiet();
        else
            _quietArmed = false;
    }

    private void CompactInBackground()
    {
        long target = Math.Min(_revisionAtLastCompaction, store.Revision - options.RetainedRevisions);
        _revisionAtLastCompaction = store.Revision;
        if (target > store.CompactedRevision && _compaction.IsCompleted)
            _compaction = CompactGuardedAsync(target);
    }

    private async Task CompactGuardedAsync(long target)
    {
        try
        {
            await CompactAsync(target, CancellationToken.None);
            Log.Compacted(logger, target);
        }
        catch (StoreFailedException failure)
        {
            Log.UpkeepFailed(logger, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1010, Level = LogLevel.Debug, Message = "History before revision {Revision} was let go of")]
        public static partial void Compacted(ILogger logger, long revision);

        [LoggerMessage(EventId = 1011, Level = LogLevel.Warning, Message = "Upkeep of the store failed and will be tried again: {Reason}")]
        public static partial void UpkeepFailed(ILogger logger, string reason);
    }
}
