// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>What the feed of one cluster tells, put into the picture. Numbers are those of a stream; over several, pods are known by name.</summary>
/// <param name="label">Stands before the groups of this cluster; empty when there is only one.</param>
internal sealed class ClusterPicture(LivePicture picture, string label) : ICellSink
{
    private readonly Dictionary<string, ShownPod> _byName = new(StringComparer.Ordinal);
    private readonly List<ShownPod> _byCell = [];
    private readonly List<string> _nodes = [""];
    private int _stream;
    private volatile bool _hasState;

    /// <summary>All its pods were told once.</summary>
    public bool HasState => _hasState;

    public void Begin(DateTimeOffset epoch)
    {
        _stream++;
        _byCell.Clear();
        _nodes.RemoveRange(1, _nodes.Count - 1);
    }

    public void Node(ushort node, string name) => _nodes.Add(name);

    public void Cell(uint cell, string name)
    {
        if (!_byName.TryGetValue(name, out ShownPod? pod))
            _byName[name] = pod = new ShownPod(label, name);
        pod.Stream = _stream;
        if (cell == _byCell.Count)
            _byCell.Add(pod);
        else
            _byCell[(int)cell] = pod;
    }

    public void Change(in CellChange change)
    {
        ShownPod pod = _byCell[(int)change.Cell];
        lock (picture.Gate)
        {
            if (change.State == CellState.Gone)
                picture.Remove(pod, _hasState);
            else
                picture.Show(pod, _nodes[change.Node], change.State, change.Flags, _hasState);
        }

        if (change.State == CellState.Gone)
            _byName.Remove(pod.Key);
    }

    public void Bookmark(ulong revision, bool endsInitialState)
    {
        if (!endsInitialState)
            return;
        // What a whole state did not name went away while nobody listened.
        lock (picture.Gate)
        {
            foreach (ShownPod pod in _byName.Values.Where(pod => pod.Stream != _stream).ToList())
            {
                picture.Remove(pod, _hasState);
                _byName.Remove(pod.Key);
            }
        }

        _hasState = true;
    }

    public void Error(ApiStatus status)
    {
        // The feed deals with it.
    }
}
