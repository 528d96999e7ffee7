// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>The last few rewound states of a resource: the pages of one list ask for the same revision again and again.</summary>
internal sealed class PastStates
{
    private const int Kept = 4;
    private readonly Lock _gate = new();
    private readonly PublishedState?[] _states = new PublishedState?[Kept];
    private int _next;

    public PersistentMap<ObjectKey, StoredObject>? Find(long revision)
    {
        lock (_gate)
            return Array.Find(_states, state => state?.LastRevision == revision)?.Objects;
    }

    public PersistentMap<ObjectKey, StoredObject> Keep(long revision, PersistentMap<ObjectKey, StoredObject> objects)
    {
        lock (_gate)
            _states[_next++ % Kept] = new PublishedState(objects, revision);
        return objects;
    }

    public void Clear()
    {
        lock (_gate)
            Array.Clear(_states);
    }
}
