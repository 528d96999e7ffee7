// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>An immutable, consistent view of one resource at one revision, sorted by namespace and name.</summary>
public sealed class Snapshot
{
    private readonly PersistentMap<ObjectKey, StoredObject> _objects;

    internal Snapshot(long revision, PersistentMap<ObjectKey, StoredObject> objects)
    {
        Revision = revision;
        _objects = objects;
    }

    /// <summary>The revision of the whole store that this view is consistent with: all of this resource up to it, nothing after it.</summary>
    public long Revision { get; }

    /// <summary>Objects in all namespaces.</summary>
    public int Count => _objects.Count;

    /// <summary>True when nothing of the resource changed between the two views; O(1). False may also be said of equal objects after a rewind.</summary>
    public bool HasSameObjects(Snapshot other) => ReferenceEquals(_objects, other._objects);

    public StoredObject? Get(ObjectKey key) => _objects.Find(key);

    /// <summary>Objects in order; of one namespace, or of all when <paramref name="ns"/> is empty; strictly after <paramref name="after"/> when given.</summary>
    public IEnumerable<StoredObject> Scan(string ns = "", ObjectKey? after = null)
    {
        if (ns.Length == 0)
            return after is { } resume ? _objects.From(resume, strictlyAfter: true) : _objects.All();
        IEnumerable<StoredObject> tail = after is { } last && last.CompareTo(new ObjectKey(ns, "")) >= 0
            ? _objects.From(last, strictlyAfter: true)
            : _objects.From(new ObjectKey(ns, ""), strictlyAfter: false);
        return tail.TakeWhile(item => item.Key.Namespace == ns);
    }

    /// <summary>How many objects <see cref="Scan"/> with the same arguments yields; logarithmic, for <c>remainingItemCount</c>.</summary>
    public int CountOf(string ns = "", ObjectKey? after = null)
    {
        int skipped = after is { } last ? _objects.CountBelow(last, orEqual: true) : 0;
        if (ns.Length == 0)
            return Count - skipped;
        skipped = Math.Max(skipped, _objects.CountBelow(new ObjectKey(ns, ""), orEqual: false));
        // No string lies between a namespace and the same text with U+0000 added.
        int end = _objects.CountBelow(new ObjectKey(ns + '\0', ""), orEqual: false);
        return Math.Max(0, end - skipped);
    }
}
