// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>What one frame tells of a table.</summary>
internal sealed class RowFrame
{
    private const int MostRows = 400;

    /// <summary>Nothing but: forget all rows.</summary>
    public bool IsReset { get; set; }

    public List<Row> Put { get; } = [];

    public List<(Row Row, ulong Columns)> Set { get; } = [];

    public List<int> Deleted { get; } = [];

    public int[]? Order { get; set; }

    /// <summary>Where among the rows that match the window of <see cref="Order"/> begins.</summary>
    public int Offset { get; set; }

    public (int Total, int Matched)? Counts { get; set; }

    public bool IsFull => Put.Count + Set.Count >= MostRows || Deleted.Count >= 10 * MostRows;

    public bool HasContent => Put.Count + Set.Count + Deleted.Count > 0 || Order is not null || Counts is not null;
}
