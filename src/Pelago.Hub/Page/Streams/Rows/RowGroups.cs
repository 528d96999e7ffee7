// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pelago.Hub.Page.Streams.Columns;

namespace Pelago.Hub.Page.Streams.Rows;

/// <summary>
/// Rows that are groups: of the objects that the filter leaves, those with equal values in some columns are one row, the other columns are sums, and a last
/// column counts. Members are counted in and out and not kept; sums are of decimals, which come back to where they were. One thread at a time.
/// </summary>
internal sealed class RowGroups(int columns, IReadOnlyList<int> by)
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<Group> _changed = [];
    private readonly Dictionary<string, int> _members = new(StringComparer.Ordinal);
    private readonly StringBuilder _name = new();
    private IReadOnlyList<byte[]> _words = [];

    /// <summary>How many objects there are, whatever the filter leaves.</summary>
    public int Count { get; private set; }

    public bool IsDirty => _changed.Count > 0;

    /// <summary>Of these words each must be in some column of a member. True: it is another filter, and no group has a member until a cluster begins anew.</summary>
    public bool Filter(IReadOnlyList<byte[]> words)
    {
        if (words.SequenceEqual(_words, ByteArrays.Comparer))
            return false;
        _words = words;
        foreach (string cluster in _members.Keys.ToList())
            Forget(cluster);
        return true;
    }

    /// <summary>The members of a cluster follow. Until then, nothing is counted of it.</summary>
    public void Begin(string cluster)
    {
        Forget(cluster);
        _members[cluster] = 0;
    }

    public void Forget(string cluster)
    {
        if (!_members.Remove(cluster, out int members))
            return;
        Count -= members;
        foreach (Group group in _groups.Values.Where(group => group.Cluster == cluster))
        {
            group.Clear();
            _changed.Add(group);
        }
    }

    public void Put(string cluster, byte[][] cells, byte[][]? before)
    {
        if (!_members.ContainsKey(cluster))
            return;
        if (before is null)
            Move(cluster, 1);
        else
            Add(cluster, before, -1);
        Add(cluster, cells, 1);
    }

    public void Remove(string cluster, byte[][] cells)
    {
        if (!_members.ContainsKey(cluster))
            return;
        Move(cluster, -1);
        Add(cluster, cells, -1);
    }

    /// <summary>Makes the rows of a table what the groups are now.</summary>
    public void Settle(RowTable table)
    {
        foreach (Group group in _changed)
        {
            if (group.Count > 0)
            {
                table.Put(group.Key, group.Cluster, group.ToCells(by));
                continue;
            }
            _groups.Remove(group.Key);
            table.Remove(group.Key);
        }
        _changed.Clear();
    }

    private void Move(string cluster, int by)
    {
        _members[cluster] += by;
        Count += by;
    }

    private void Add(string cluster, byte[][] cells, int times)
    {
        if (!RowFilter.Passes(cells, cluster, _words))
            return;
        _name.Clear().Append(cluster);
        foreach (int column in by)
            _name.Append('\n').Append(Encoding.UTF8.GetString(cells[column]));
        string key = _name.ToString();
        if (!_groups.TryGetValue(key, out Group? group))
            _groups[key] = group = new Group(key, cluster, cells, new decimal[columns]);
        group.Add(cells, times, by);
        _changed.Add(group);
    }

    private sealed class Group(string key, string cluster, byte[][] first, decimal[] sums)
    {
        public string Key { get; } = key;

        public string Cluster { get; } = cluster;

        public int Count { get; private set; }

        public void Add(byte[][] cells, int times, IReadOnlyList<int> by)
        {
            Count += times;
            for (int i = 0; i < sums.Length; i++)
            {
                if (!by.Contains(i))
                    sums[i] += times * NumberOf(cells[i]);
            }
        }

        public void Clear()
        {
            Count = 0;
            Array.Clear(sums);
        }

        public byte[][] ToCells(IReadOnlyList<int> by)
        {
            byte[][] cells = new byte[sums.Length + 1][];
            for (int i = 0; i < sums.Length; i++)
                cells[i] = by.Contains(i) ? first[i] : Column.Number((double)sums[i]);
            cells[^1] = Encoding.ASCII.GetBytes(Count.ToString(CultureInfo.InvariantCulture));
            return cells;
        }

        /// <summary>What is no number, or so big that a sum of such would be none, counts as nothing.</summary>
        private static decimal NumberOf(byte[] cell) =>
            Utf8Parser.TryParse(cell, out decimal number, out int read) && read == cell.Length && Math.Abs(number) < 1e20m ? number : 0;
    }
}
