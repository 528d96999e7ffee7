// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// The revision log: every write gets the next revision of one counter that spans all resources and never goes back.
/// One writer orders the writes; readers see published snapshots and never wait for it. A write is acknowledged after it is durable.
/// </summary>
public interface IRevisionStore : IAsyncDisposable
{
    /// <summary>The newest published revision; 0 while nothing was ever written.</summary>
    long Revision { get; }

    /// <summary>History below this revision may be gone: a watch or an exact list from before it is <see cref="HistoryGoneException"/>.</summary>
    long CompactedRevision { get; }

    /// <summary>The handle of a resource, opened on first use. The name is stable across restarts: <c>deployments.apps</c>.</summary>
    IResourceStore Resource(string name);

    /// <summary>The resources that hold at least one object, for start-up and garbage collection.</summary>
    IReadOnlyCollection<string> ResourceNames { get; }

    /// <summary>Completes when <see cref="Revision"/> has reached <paramref name="revision"/>, for reads "not older than".</summary>
    Task WaitForRevisionAsync(long revision, CancellationToken cancel);

    /// <summary>
    /// Moves the compaction floor up to <paramref name="revision"/> and lets go of superseded history in small steps between the writes.
    /// The store does this by itself every <see cref="StoreOptions.CompactionInterval"/>.
    /// </summary>
    Task CompactAsync(long revision, CancellationToken cancel);
}
