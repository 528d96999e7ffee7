// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>
/// The rows of one subscription and what the page has of them. Nothing is queued for a page: rows are marked, and what differs is told when the page can
/// take it, so ten changes of one row are one, and a slow page costs no more memory than a fast one. One thread at a time.
/// </summary>
internal sealed class RowTable(int columns)
{
    private const int MostGone = 20_000;
    private readonly ulong _allColumns = columns >= 64 ? ulong.MaxValue : (1UL << columns) - 1;
    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private readonly Queue<Row> _queue = new();
    private readonly Queue<(int Id, long ToldAt)> _gone = new();
    private readonly List<int> _goneAgain = [];
    private readonly RowWindow _window = new();
    private RowShape _shape = RowShape.All;
    private int _nextId = 1;
    private int _matched;
    private long _goneBefore;
    private bool _resetDue = true;

    /// <summary>Whether something changed by which the window may be another one.</summary>
    private bool _isUnsettled = true;
    private (int Total, int Matched) _toldCounts = (-1, -1);

    public int Count => _rows.Count;

    /// <summary>Whether a window is to be found among many rows, which is not done for each event.</summary>
    public bool IsCostly => _isUnsettled && _shape.Limit is not null && _rows.Count > 20_000;

    public bool IsDirty { get; private set; } = true;

    public IEnumerable<string> Keys => _rows.Keys;

    /// <param name="cells">Nobody may write to them any more: several tables have the same ones.</param>
    public void Put(string key, string cluster, byte[][] cells)
    {
        if (!_rows.TryGetValue(key, out Row? row))
        {
            _isUnsettled = true;
            _rows[key] = row = new Row(_nextId++, key, cluster, cells) { Changed = _allColumns };
        }
        else if (!Update(row, cells))
        {
            return;
        }
        Judge(row);
        Enqueue(row);
    }

    public void Remove(string key)
    {
        if (!_rows.Remove(key, out Row? row))
            return;
        row.IsHere = false;
        _isUnsettled = true;
        if (row.IsMatch)
            _matched--;
        row.IsMatch = false;
        Enqueue(row);
    }

    public void Reshape(RowShape shape)
    {
        bool refilter = !shape.Words.SequenceEqual(_shape.Words, ByteArrays.Comparer);
        bool wasWindow = _shape.Limit is not null;
        if (!wasWindow && shape.Limit is not null)
            _window.Begin(_rows.Values.Concat(_queue).Where(row => row.IsShown));
        _shape = shape;
        _window.ForgetOrder();
        _isUnsettled = true;
        IsDirty = true;
        if (!refilter && !wasWindow)
            return;

        // A window is found among all rows anyway.
        foreach (Row row in _rows.Values)
        {
            if (refilter)
                Judge(row);
            if (shape.Limit is null)
                Enqueue(row);
        }
    }

    /// <summary>All rows of a cluster go.</summary>
    public void RemoveOf(string cluster)
    {
        foreach (Row row in _rows.Values.Where(row => row.Cluster == cluster).ToList())
            Remove(row.Key);
    }

    /// <summary>The page has what was told up to a frame and nothing later: what was told after it is to be told again.</summary>
    public void Rewind(long after)
    {
        IsDirty = true;
        _isUnsettled = true;
        _toldCounts = (-1, -1);
        _window.ForgetOrder();
        _resetDue = _resetDue || after < _goneBefore || after <= 0;
        foreach (Row row in _rows.Values)
        {
            if (!row.IsShown || (!_resetDue && row.ToldAt <= after))
                continue;
            row.IsShown = !_resetDue;
            row.IsDoubtful = row.IsShown;
            Enqueue(row);
        }
        _goneAgain.Clear();
        if (_resetDue)
            _window.Begin([]);
        else
            _goneAgain.AddRange(_gone.Where(gone => gone.ToldAt > after).Select(gone => gone.Id));
    }

    /// <summary>
    /// Tells what differs, as the frame with that number; at most some hundred rows. False: there was nothing to tell. More may be left:
    /// <see cref="IsDirty"/>.
    /// </summary>
    public bool Tell(long number, RowFrame frame)
    {
        if (_resetDue)
        {
            _resetDue = false;
            frame.IsReset = true;
            _gone.Clear();
            _goneBefore = number;
            return true;
        }
        frame.Deleted.AddRange(_goneAgain);
        _goneAgain.Clear();
        if (_shape.Limit is { } limit)
            TellWindow(limit, number, frame);
        else
            TellQueue(number, frame);
        IsDirty = _queue.Count > 0;
        if (!IsDirty && _toldCounts != (_rows.Count, _matched))
        {
            _toldCounts = (_rows.Count, _matched);
            frame.Counts = _toldCounts;
        }
        return frame.HasContent;
    }

    private void TellQueue(long number, RowFrame frame)
    {
        while (!frame.IsFull && _queue.TryDequeue(out Row? row))
        {
            row.IsQueued = false;
            TellRow(row, row.IsMatch, number, frame);
        }
    }

    private void TellWindow(int limit, long number, RowFrame frame)
    {
        while (_queue.TryDequeue(out Row? row))
            row.IsQueued = false;
        if (!_isUnsettled)
        {
            foreach (Row row in _window.Last)
                TellRow(row, wanted: true, number, frame);
            return;
        }
        _isUnsettled = false;
        (IReadOnlyList<Row> left, IReadOnlyList<Row> window, bool moved) = _window.Move(_rows.Values, _shape, limit);
        foreach (Row row in left)
            TellRow(row, wanted: false, number, frame);
        foreach (Row row in window)
            TellRow(row, wanted: true, number, frame);
        if (moved)
            (frame.Order, frame.Offset) = ([.. window.Select(row => row.Id)], _shape.Offset);
    }

    private void TellRow(Row row, bool wanted, long number, RowFrame frame)
    {
        bool isWanted = wanted && row.IsHere;
        if (!isWanted && !row.IsShown)
            return;
        if (!isWanted)
        {
            frame.Deleted.Add(row.Id);
            row.IsShown = false;
            Bury(row.Id, number);
        }
        else if (!row.IsShown || row.IsDoubtful)
        {
            frame.Put.Add(row);
            row.IsShown = true;
        }
        else if (row.Changed != 0)
        {
            frame.Set.Add((row, row.Changed));
        }
        else
        {
            return;
        }
        (row.Changed, row.IsDoubtful) = (0, false);
        row.ToldAt = number;
    }

    private void Bury(int id, long number)
    {
        _gone.Enqueue((id, number));
        while (_gone.Count > MostGone)
            _goneBefore = _gone.Dequeue().ToldAt;
    }

    private bool Update(Row row, byte[][] cells)
    {
        ulong changed = 0;
        for (int i = 0; i < cells.Length; i++)
        {
            if (!row.Cells[i].AsSpan().SequenceEqual(cells[i]))
                changed |= 1UL << i;
        }
        row.Cells = cells;
        row.Changed |= changed;
        _isUnsettled |= _shape.Sort.Any(key => (changed & (1UL << key.Column)) != 0);
        return changed != 0;
    }

    private void Judge(Row row)
    {
        bool was = row.IsMatch;
        row.IsMatch = RowFilter.Passes(row.Cells, row.Cluster, _shape.Words);
        _matched += (row.IsMatch ? 1 : 0) - (was ? 1 : 0);
        _isUnsettled |= row.IsMatch != was;
    }

    private void Enqueue(Row row)
    {
        IsDirty = true;
        if (row.IsQueued)
            return;
        row.IsQueued = true;
        _queue.Enqueue(row);
    }
}
