// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>The objects of one resource.</summary>
public interface IResourceStore
{
    string Name { get; }

    /// <summary>The newest published state; O(1), immutable, consistent at its <see cref="Snapshot.Revision"/>.</summary>
    Snapshot Current { get; }

    /// <summary>
    /// The state at an older revision, for lists at an exact revision and the pages that follow a first one.
    /// Throws <see cref="HistoryGoneException"/> when the revision is compacted away, ArgumentOutOfRangeException when it is yet to come.
    /// </summary>
    Snapshot At(long revision);

    /// <summary>
    /// Puts a write in the queue; completes when it is durable and published, or refused. Writes of one caller keep their order.
    /// A refused write (<see cref="WriteOutcome.Conflict"/>) changed nothing. An I/O failure is a <see cref="StoreFailedException"/>: nothing was published.
    /// Cancelling takes a write out of the queue; once its commit has begun, the outcome is awaited.
    /// </summary>
    ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancel);

    /// <summary>
    /// The same for many writes: decided one by one in their order, each against the ones before it, and made durable by one commit.
    /// At most <see cref="StoreOptions.MaxWritesTogether"/>.
    /// </summary>
    ValueTask<WriteResult[]> WriteAsync(IReadOnlyList<Write> writes, CancellationToken cancel);

    /// <summary>
    /// Events with a revision above <paramref name="afterRevision"/>, in order, without gaps, for ever. Throws <see cref="HistoryGoneException"/>
    /// when they are compacted away. A reader that falls too far behind ends with <see cref="WatchLaggedException"/> and can start again from its last revision.
    /// </summary>
    IWatchCursor Watch(long afterRevision);
}
