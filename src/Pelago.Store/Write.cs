// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Store;

/// <summary>
/// One intended change. <paramref name="ExpectedRevision"/>: 0 = must not exist, N = the object's revision must be N, -1 = whatever is there.
/// <paramref name="Json"/> is the document WITHOUT <c>metadata.resourceVersion</c>; null deletes. <paramref name="SpliceAt"/> is the byte offset
/// just after the opening brace of <c>metadata</c>, where the store writes <c>"resourceVersion":"N",</c> (metadata is never empty).
/// <paramref name="ExpiresAt"/> is when the store itself deletes the object (Unix seconds), 0 for never.
/// Deleting what is not there is a <see cref="WriteOutcome.Conflict"/>.
/// </summary>
public readonly record struct Write(ObjectKey Key, long ExpectedRevision, ReadOnlyMemory<byte>? Json, int SpliceAt = 0, long ExpiresAt = 0)
{
    public const long MustNotExist = 0;
    public const long Any = -1;
}

/// <summary>How a write ended.</summary>
public enum WriteOutcome
{
    /// <summary>Durable and published.</summary>
    Done,

    /// <summary>The expected revision did not hold; <see cref="WriteResult.Object"/> is what is there now, null if nothing is.</summary>
    Conflict,
}

/// <summary>
/// The outcome. <see cref="Revision"/> is that of the write, for a conflict that of what stood in the way (0 if nothing did).
/// <see cref="Object"/> is the new object (Done), the deleted one with its last content and last revision (Done of a delete), or what stood in the way.
/// </summary>
public readonly record struct WriteResult(WriteOutcome Outcome, long Revision, StoredObject? Object);
