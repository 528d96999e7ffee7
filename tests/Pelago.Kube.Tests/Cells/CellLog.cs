// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Tests;

/// <summary>What a stream of cells said, a line for each, and the picture that it makes.</summary>
internal sealed class CellLog : ICellSink
{
    private readonly Dictionary<uint, string> _names = [];
    private readonly Dictionary<ushort, string> _nodes = new() { [0] = "" };

    public List<string> Lines { get; } = [];

    public Dictionary<string, (string Node, CellState State, CellFlags Flags)> Picture { get; } = [];

    public List<CellChange> Changes { get; } = [];

    public static CellLog Of(ReadOnlySpan<byte> stream)
    {
        var log = new CellLog();
        var reader = new CellReader(log);
        reader.Read(stream);
        reader.Complete();
        return log;
    }

    public void Begin(DateTimeOffset epoch) => Lines.Add($"begin {epoch.ToUnixTimeMilliseconds()}");

    public void Node(ushort node, string name)
    {
        _nodes.Add(node, name);
        Lines.Add($"node {node} {name}");
    }

    public void Cell(uint cell, string name)
    {
        _names.Add(cell, name);
        Lines.Add($"cell {cell} {name}");
    }

    public void Change(in CellChange change)
    {
        Changes.Add(change);
        string name = _names[change.Cell];
        Lines.Add($"change {change.Cell} {change.State} {change.Flags} node {change.Node} at {change.Milliseconds}");
        if (change.State != CellState.Gone)
        {
            Picture[name] = (_nodes[change.Node], change.State, change.Flags);
            return;
        }

        Picture.Remove(name);
        _names.Remove(change.Cell);
    }

    public void Bookmark(ulong revision, bool endsInitialState) => Lines.Add($"bookmark {revision}{(endsInitialState ? " initial" : "")}");

    public void Error(ApiStatus status) => Lines.Add($"error {status.Code} {status.Reason}");
}
