// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// A place in the shared list of a resource's events. Readers hold a node and follow <see cref="Next"/>; only the writer links.
/// A node that history let go of leads to <see cref="Severed"/>, so that a stalled reader keeps one event alive and not all that followed.
/// </summary>
internal sealed class EventNode(long revision, StoreEvent? occurrence)
{
    public static readonly EventNode Severed = new(long.MaxValue, null);

    private EventNode? _next;
    private EventNode? _previous;

    public long Revision { get; } = revision;

    /// <summary>Null only for the place before the first event.</summary>
    public StoreEvent? Event { get; } = occurrence;

    public EventNode? Next { get => Volatile.Read(ref _next); set => Volatile.Write(ref _next, value); }

    /// <summary>Null for the oldest place that is kept.</summary>
    public EventNode? Previous { get => Volatile.Read(ref _previous); set => Volatile.Write(ref _previous, value); }

    /// <summary>About what keeping this event costs: both documents, a share of the map nodes that it replaced, an encoding.</summary>
    public long Cost => Event is null ? 0 : 512 + (Event.Current?.Json.Length ?? 0) + (Event.Previous?.Json.Length ?? 0);
}
