// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>
/// Where revisions are kept. Everything but <see cref="ReadEvents"/> is called by the writer thread alone.
/// Failures are <see cref="StoreFailedException"/>.
/// </summary>
internal interface IRevisionLog : IDisposable
{
    /// <summary>Adds one change to the open transaction, opening it when there is none.</summary>
    void Append(string resource, StoreEvent change, long expiresAt);

    /// <summary>Makes the transaction durable.</summary>
    void Commit();

    /// <summary>Forgets the open transaction, if any. Never throws: what could not be undone is found out before the next write.</summary>
    void Rollback();

    /// <summary>
    /// The next events of a resource after a revision, some number of them and none above <paramref name="through"/>;
    /// null when the log does not keep events. Any thread.
    /// </summary>
    LogPage? ReadEvents(string resource, long after, long through);

    /// <summary>Lets go of what is superseded at or below <paramref name="target"/>, a bounded piece of it; true when nothing is left to do.</summary>
    bool CompactStep(long target);

    /// <summary>Work that can wait until nobody writes. True when there was something to do and there may be more.</summary>
    bool Tidy();

    /// <summary>Writes that no tidying has seen are so many that it should not wait for a quiet moment.</summary>
    bool NeedsTidying { get; }
}
