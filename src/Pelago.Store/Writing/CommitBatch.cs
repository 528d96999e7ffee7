// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>The writes that share the next commit, decided in their order against what is published and what this batch did before them.</summary>
internal sealed class CommitBatch(IRevisionLog log, Failpoints? failpoints)
{
    /// <summary>A batch is closed once it has this many writes.</summary>
    public const int Full = 512;

    private const int MostNamespaces = 10_000;

    private readonly List<WriteUnit> _units = [];
    private readonly List<BatchChange> _changes = [];
    private readonly Dictionary<string, string> _namespaces = [];

    public IReadOnlyList<WriteUnit> Units => _units;

    public IReadOnlyList<BatchChange> Changes => _changes;

    public int Writes { get; private set; }

    /// <summary>The last revision that was given out.</summary>
    public long Revision { get; private set; }

    public void Add(WriteUnit unit)
    {
        _units.Add(unit);
        Writes += unit.Count;
    }

    /// <summary>Decides every write and makes the outcome durable. Nothing is visible to readers yet.</summary>
    public void Commit(long published)
    {
        Revision = published;
        int torn = failpoints is null ? 0 : Writes / 2;
        int decided = 0;
        foreach (WriteUnit unit in _units)
        {
            for (int i = 0; i < unit.Count; i++)
            {
                unit.Decide(i, Decide(unit.Resource, unit.At(i)));
                if (failpoints is not null && decided++ == torn)
                    failpoints.Reach(Failpoints.TornBatch);
            }
        }
        if (_changes.Count == 0)
            return;
        failpoints?.Reach(Failpoints.BeforeCommit);
        log.Commit();
        failpoints?.Reach(Failpoints.AfterCommit);
    }

    public void Clear()
    {
        foreach (WriteUnit unit in _units)
            unit.Resource.Discard();
        _units.Clear();
        _changes.Clear();
        Writes = 0;
    }

    private WriteResult Decide(ResourceState resource, in Write write)
    {
        PersistentMapBuilder<ObjectKey, StoredObject> draft = resource.Draft;
        StoredObject? present = draft.Find(write.Key);
        bool holds = write.ExpectedRevision switch
        {
            Write.Any => true,
            Write.MustNotExist => present is null,
            long expected => present?.Revision == expected,
        };
        if (!holds || (present is null && write.Json is null))
            return new WriteResult(WriteOutcome.Conflict, present?.Revision ?? 0, present);

        long revision = ++Revision;
        StoredObject? made = null;
        if (write.Json is { } body)
        {
            made = StoredObject.From(present?.Key ?? Intern(write.Key), revision, body.Span, write.SpliceAt);
            draft.Set(made.Key, made);
        }
        else
        {
            draft.Remove(write.Key);
        }
        var change = new StoreEvent(revision, made, present);
        log.Append(resource.Name, change, write.ExpiresAt);
        _changes.Add(new BatchChange(resource, change, made is null ? 0 : write.ExpiresAt));
        return new WriteResult(WriteOutcome.Done, revision, made ?? present);
    }

    /// <summary>Thousands of objects share few namespaces: one string each.</summary>
    private ObjectKey Intern(ObjectKey key)
    {
        if (_namespaces.TryGetValue(key.Namespace, out string? known))
            return key with { Namespace = known };
        if (_namespaces.Count >= MostNamespaces)
            _namespaces.Clear();
        _namespaces[key.Namespace] = key.Namespace;
        return key;
    }
}

internal readonly record struct BatchChange(ResourceState Resource, StoreEvent Event, long ExpiresAt);
