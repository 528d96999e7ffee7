// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>The part of a sorted table that a page looks at. One thread at a time.</summary>
internal sealed class RowWindow
{
    private HashSet<Row> _shown = [];
    private int[]? _order;

    /// <summary>Who was in it, in order, when it was found last.</summary>
    public IReadOnlyList<Row> Last { get; private set; } = [];

    /// <summary>The window now: who left it, who is in it in order, and whether members or order differ from last time.</summary>
    public (IReadOnlyList<Row> Left, IReadOnlyList<Row> Window, bool Moved) Move(IEnumerable<Row> rows, RowShape shape, int limit)
    {
        // Of a sorted sequence only the part that is taken gets sorted.
        Row[] window = [.. rows.Where(row => row.IsMatch).OrderBy(row => row, new RowOrder(shape.Sort)).Skip(shape.Offset).Take(limit)];
        var now = new HashSet<Row>(window);
        Row[] left = [.. _shown.Where(row => !now.Contains(row))];
        int[] order = [.. window.Select(row => row.Id)];
        bool moved = _order is null || !order.AsSpan().SequenceEqual(_order);
        (_shown, _order, Last) = (now, order, window);
        return (left, window, moved);
    }

    /// <summary>The page has these rows, whether they are in the window or not.</summary>
    public void Begin(IEnumerable<Row> shown) => (_shown, _order) = ([.. shown], null);

    /// <summary>The order is to be told again.</summary>
    public void ForgetOrder() => _order = null;

    private sealed class RowOrder(IReadOnlyList<SortKey> sort) : IComparer<Row>
    {
        public int Compare(Row? x, Row? y)
        {
            foreach (SortKey key in sort)
            {
                int order = CellOrder.Compare(x!.Cells[key.Column], y!.Cells[key.Column], key.IsDescending);
                if (order != 0)
                    return order;
            }
            return x!.Id.CompareTo(y!.Id);
        }
    }
}
