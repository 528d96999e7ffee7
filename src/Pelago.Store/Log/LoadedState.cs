// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>What a log holds when a store opens it.</summary>
internal sealed record LoadedState
{
    public static readonly LoadedState Empty = new();

    public long Revision { get; init; }
    public long CompactedRevision { get; init; }

    /// <summary>The objects of each resource, as of the last revision in the log that is about it.</summary>
    public IReadOnlyDictionary<string, PublishedState> Resources { get; init; } = new Dictionary<string, PublishedState>();

    /// <summary>Objects that the store deletes by itself: their resource and the Unix second.</summary>
    public IReadOnlyList<(string Resource, StoredObject Item, long At)> Expiries { get; init; } = [];
}
