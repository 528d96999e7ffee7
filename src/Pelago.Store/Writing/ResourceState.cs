// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>
/// One resource: what is published, its recent events, and the draft that the writer works on. Readers see <see cref="_published"/> and the
/// history; <see cref="Draft"/>, <see cref="Publish"/> and <see cref="Discard"/> belong to the writer thread.
/// </summary>
internal sealed class ResourceState(string name, RevisionStore store, PublishedState initial, EventHistory history) : IResourceStore
{
    private readonly PastStates _past = new();
    private PublishedState _published = initial;
    private PersistentMapBuilder<ObjectKey, StoredObject>? _draft;

    public string Name => name;

    public EventHistory History => history;

    public long LinkedRevision => store.LinkedRevision;

    public bool IsEmpty => Volatile.Read(ref _published).Objects.Count == 0;

    public Snapshot Current
    {
        get
        {
            // In this order: what is published next has everything through the revision that was read first.
            long atLeast = store.Revision;
            PublishedState published = Volatile.Read(ref _published);
            return new Snapshot(Math.Max(atLeast, published.LastRevision), published.Objects);
        }
    }

    public PersistentMapBuilder<ObjectKey, StoredObject> Draft => _draft ??= _published.Objects.Edit();

    public Snapshot At(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, Current.Revision);
        PublishedState published = Volatile.Read(ref _published);
        if (revision >= published.LastRevision)
            return new Snapshot(revision, published.Objects);
        if (revision < store.CompactedRevision)
            throw new HistoryGoneException(revision, store.CompactedRevision);
        return new Snapshot(revision, _past.Find(revision) ?? _past.Keep(revision, Rewind(published, revision)));
    }

    public ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancel)
    {
        Check(write);
        var unit = new SingleWrite(this, write);
        return new ValueTask<WriteResult>(store.Writer.SubmitAsync(unit, unit.Task, cancel));
    }

    public ValueTask<WriteResult[]> WriteAsync(IReadOnlyList<Write> writes, CancellationToken cancel)
    {
        if (writes.Count > StoreOptions.MaxWritesTogether)
            throw new ArgumentException($"{writes.Count} writes are more than {StoreOptions.MaxWritesTogether}", nameof(writes));
        if (writes.Count == 0)
            return ValueTask.FromResult<WriteResult[]>([]);
        foreach (Write write in writes)
            Check(write);
        var unit = new WriteList(this, writes);
        return new ValueTask<WriteResult[]>(store.Writer.SubmitAsync(unit, unit.Task, cancel));
    }

    public IWatchCursor Watch(long afterRevision)
    {
        if (afterRevision < store.CompactedRevision)
            throw new HistoryGoneException(afterRevision, store.CompactedRevision);
        return new WatchCursor(this, afterRevision);
    }

    /// <summary>The next events after a revision that memory no longer has.</summary>
    public LogPage ReadLog(long after) => ReadLog(after, store.LinkedRevision);

    public void Publish(long lastRevision)
    {
        if (_draft is null)
            return;
        Volatile.Write(ref _published, new PublishedState(_draft.Freeze(), lastRevision));
        _draft = null;
    }

    public void Discard() => _draft = null;

    /// <summary>Lets go of what only readers before a revision would ask for.</summary>
    public void Forget(long through)
    {
        history.DropThrough(through);
        _past.Clear();
    }

    private static void Check(in Write write)
    {
        int at = write.SpliceAt;
        if (write.Json is { } json && (at < 1 || at >= json.Length || json.Span[at - 1] != (byte)'{'))
            throw new ArgumentException($"{nameof(Write.SpliceAt)} {at} of {write.Key} is not just inside of an object", nameof(write));
    }

    private LogPage ReadLog(long after, long through)
    {
        LogPage? page = after < store.CompactedRevision ? null : store.Log.ReadEvents(name, after, through);
        // The floor moves before rows go: as long as it is not above, the page had them all.
        return page is null || after < store.CompactedRevision ? throw new HistoryGoneException(after, store.CompactedRevision) : page;
    }

    private PersistentMap<ObjectKey, StoredObject> Rewind(PublishedState published, long revision)
    {
        // The writer publishes a state an instant before it links the events that led there.
        for (SpinWait spin = default; store.LinkedRevision < published.LastRevision;)
            spin.SpinOnce();
        PersistentMapBuilder<ObjectKey, StoredObject> objects = published.Objects.Edit();
        if (history.BackTo(revision) is { } recent)
        {
            foreach (StoreEvent change in recent)
                Undo(objects, change);
            return objects.Freeze();
        }
        // From the log in forward order: the first change of each object says what it was before all of them.
        var seen = new HashSet<ObjectKey>();
        for (long after = revision; after < published.LastRevision;)
        {
            LogPage page = ReadLog(after, published.LastRevision);
            foreach (StoreEvent change in page.Events)
            {
                if (seen.Add((change.Current ?? change.Previous)!.Key))
                    Undo(objects, change);
            }
            after = page.Through;
        }
        return objects.Freeze();
    }

    private static void Undo(PersistentMapBuilder<ObjectKey, StoredObject> objects, StoreEvent change)
    {
        if (change.Previous is { } before)
            objects.Set(before.Key, before);
        else
            objects.Remove(change.Current!.Key);
    }
}
