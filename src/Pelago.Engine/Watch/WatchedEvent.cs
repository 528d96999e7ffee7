// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;

namespace Pelago.Engine.Watch;

/// <summary>The type of a watch event, in the words of the wire.</summary>
internal enum WatchedType
{
    Added,
    Modified,
    Deleted,

    /// <summary><see cref="WatchedEvent.Object"/> is null; the revision says how far everything was told.</summary>
    Bookmark,
}

/// <summary>
/// One event as one watcher sees it. <paramref name="Source"/> is the shared event it comes from (null for the initial state), which
/// keeps encodings for the other watchers.
/// </summary>
internal readonly record struct WatchedEvent(WatchedType Type, StoredObject? Object, StoreEvent? Source, long Revision, bool EndsInitialState = false);
