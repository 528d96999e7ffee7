// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>How a page wants to see rows.</summary>
/// <param name="Words">In lower case; each must be in some column.</param>
/// <param name="Limit">Null: all rows, in no order.</param>
internal sealed record RowShape(IReadOnlyList<SortKey> Sort, IReadOnlyList<byte[]> Words, int Offset, int? Limit)
{
    public static readonly RowShape All = new([], [], 0, null);
}

/// <param name="Column">Its index.</param>
internal readonly record struct SortKey(int Column, bool IsDescending);
