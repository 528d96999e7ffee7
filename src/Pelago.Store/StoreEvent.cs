// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Pelago.Store;

/// <summary>What happened to one object. <see cref="Current"/> is null for a delete; <see cref="Previous"/> is null for a create.</summary>
public sealed class StoreEvent
{
    private object? _encoded;
    private StoredObject? _told;

    internal StoreEvent(long revision, StoredObject? current, StoredObject? previous)
    {
        Debug.Assert(current is not null || previous is not null);
        Revision = revision;
        Current = current;
        Previous = previous;
        _told = current;
    }

    public long Revision { get; }
    public StoredObject? Current { get; }

    /// <summary>The object before; for a delete its last content under its last revision. Null only for a create.</summary>
    public StoredObject? Previous { get; }

    /// <summary>What a watcher is told: <see cref="Current"/>, or for a delete the last content under the revision of the deletion.</summary>
    public StoredObject Object => _told ??= Previous!.As(Revision);

    /// <summary>The first encoding a reader made of this event, kept so that a thousand watchers share one.</summary>
    public T Encoded<T>(Func<StoreEvent, T> encode)
        where T : class
    {
        if (Volatile.Read(ref _encoded) is T present)
            return present;
        T made = encode(this);
        return Interlocked.CompareExchange(ref _encoded, made, null) as T ?? made;
    }
}
