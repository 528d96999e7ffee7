// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Store;

/// <summary>A position in the events of one resource; for one reader. Cheap: it holds no queue, it walks what all readers share.</summary>
public interface IWatchCursor : IDisposable
{
    /// <summary>
    /// The next event if it is there already. Throws <see cref="WatchLaggedException"/> when the reader fell too far behind, and
    /// <see cref="HistoryGoneException"/> when compaction overtook a reader that was still catching up.
    /// </summary>
    bool TryRead([NotNullWhen(true)] out StoreEvent? next);

    /// <summary>
    /// Completes when <see cref="TryRead"/> may have something, or after <see cref="Wake"/>; throws OperationCanceledException on cancellation
    /// and when the store closes. One wait at a time; the returned ValueTask is awaited once.
    /// </summary>
    ValueTask WaitAsync(CancellationToken cancel);

    /// <summary>Ends a pending wait, or the next one. For timers of bookmarks and deadlines; any thread may call it.</summary>
    void Wake();

    /// <summary>Every event at or below this revision has been read once <see cref="TryRead"/> returned false: the revision for a BOOKMARK.</summary>
    long Revision { get; }
}
