// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>What became of one object, as an informer saw it.</summary>
public enum InformerEventType
{
    Added,
    Updated,
    Deleted,
}

/// <summary>
/// One change of an informer's cache. <see cref="Old"/> is null for an addition, <see cref="New"/> for a deletion. <see cref="IsTombstone"/>: the
/// deletion itself was missed, and <see cref="Old"/> is the last state known, not the final one.
/// An object that came in the place of another of the same name shows as a deletion and an addition, even when both were missed.
/// </summary>
public readonly record struct InformerEvent<T>(InformerEventType Type, ObjectKey Key, T? Old, T? New, bool IsTombstone = false)
    where T : class
{
    /// <summary>The newest state there is: of a deletion, the last one.</summary>
    public T Latest => (New ?? Old)!;
}
