// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>What happened before a piece of a text.</summary>
public enum FeedChange
{
    None,

    /// <summary>The file was made shorter, and begins anew.</summary>
    Cut,

    /// <summary>Something before it may be gone: it was rotated away before it was read.</summary>
    Gap,
}

/// <summary>A piece of a followed text.</summary>
/// <param name="Position">Where one goes on after it; empty where that is not known.</param>
/// <param name="Text">Valid until the next piece is asked for. Empty for a sign of life.</param>
/// <param name="Change">What happened before it.</param>
public readonly record struct FeedPiece(string Position, ReadOnlyMemory<byte> Text, FeedChange Change)
{
    /// <summary>Of a log: which start of the container it is of, from 0; null where that is not known.</summary>
    public int? Attempt { get; init; }
}
