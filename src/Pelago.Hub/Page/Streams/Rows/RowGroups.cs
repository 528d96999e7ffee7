// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pelago.Hub.Page.Streams.Columns;

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>
/// Rows that are groups: of the objects that the filter leaves, those with equal values in some columns are one row, the other columns are sums, and a last
/// column counts. One thread at a time.
/// </summary>
internal sealed class RowGroups(int columns, IReadOnlyList<int> by)
{
    private readonly Dictionary<string, (string Cluster, byte[][] Cells)> _members = new(StringComparer.Ordinal);
    private readonly CellPool _pool = new();

    public int Count => _members.Count;

    public bool IsDirty { get; private set; }

    public void Put(string key, string cluster, byte[][] cells)
    {
        for (int i = 0; i < cells.Length; i++)
            cells[i] = _pool.Shared(cells[i]);
        _members[key] = (cluster, cells);
        IsDirty = true;
    }

    public void Remove(string key) => IsDirty |= _members.Remove(key);

    /// <summary>Makes the rows of a table what the groups are now.</summary>
    public void Settle(RowTable table, IReadOnlyList<byte[]> words)
    {
        IsDirty = false;
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        var name = new StringBuilder();
        foreach ((string cluster, byte[][] cells) in _members.Values)
        {
            if (!RowFilter.Passes(cells, cluster, words))
                continue;
            name.Clear().Append(cluster);
            foreach (int column in by)
                name.Append('\n').Append(Encoding.UTF8.GetString(cells[column]));
            string key = name.ToString();
            if (!groups.TryGetValue(key, out Group? group))
                groups[key] = group = new Group(cluster, cells, new double[columns]);
            group.Add(cells);
        }
        foreach (string gone in table.Keys.Where(key => !groups.ContainsKey(key)).ToList())
            table.Remove(gone);
        foreach ((string key, Group group) in groups)
            table.Put(key, group.Cluster, group.ToCells(by));
    }

    private sealed class Group(string cluster, byte[][] first, double[] sums)
    {
        private int _count;

        public string Cluster { get; } = cluster;

        public void Add(byte[][] cells)
        {
            _count++;
            for (int i = 0; i < sums.Length; i++)
                sums[i] += Utf8Parser.TryParse(cells[i], out double number, out int read) && read == cells[i].Length ? number : 0;
        }

        public byte[][] ToCells(IReadOnlyList<int> by)
        {
            byte[][] cells = new byte[sums.Length + 1][];
            for (int i = 0; i < sums.Length; i++)
                cells[i] = by.Contains(i) ? first[i] : Column.Number(sums[i]);
            cells[^1] = Encoding.ASCII.GetBytes(_count.ToString(CultureInfo.InvariantCulture));
            return cells;
        }
    }
}
