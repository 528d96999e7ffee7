// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client.Tests.Cells;

/// <summary>What a feed told, a line for each, with names instead of numbers. Read by the test while the feed runs.</summary>
internal sealed class CellJournal : ICellSink
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Dictionary<uint, string> _cells = [];
    private readonly Dictionary<ushort, string> _nodes = [];

    public string[] Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public void Begin(DateTimeOffset epoch)
    {
        _cells.Clear();
        _nodes.Clear();
        Write("begin");
    }

    public void Node(ushort node, string name) => _nodes.Add(node, name);

    public void Cell(uint cell, string name) => _cells[cell] = name;

    public void Change(in CellChange change) => Write($"{_cells[change.Cell]} {change.State}{(change.Node == 0 ? "" : $" on {_nodes[change.Node]}")}");

    public void Bookmark(ulong revision, bool endsInitialState) => Write($"at {revision}{(endsInitialState ? ", all told" : "")}");

    public void Error(ApiStatus status) => Write($"error {status.Code}");

    private void Write(string line)
    {
        lock (_gate)
            _lines.Add(line);
    }
}
