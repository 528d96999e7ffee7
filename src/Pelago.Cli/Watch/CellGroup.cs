// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Watch;

/// <summary>
/// The pods of one node, workload or namespace, each in a place that it keeps: a pod that goes leaves a hole, which the next one takes, so that
/// a change moves nothing else on the screen.
/// </summary>
internal sealed class CellGroup(string name)
{
    /// <summary>Fewer places are not worth moving pods for.</summary>
    private const int CompactFrom = 32;
    private readonly List<ShownPod?> _slots = [];
    private readonly SortedSet<int> _free = [];

    public string Name => name;

    public int Count => _slots.Count - _free.Count;

    /// <summary>Places, the holes among them.</summary>
    public int Size => _slots.Count;

    public void Add(ShownPod pod)
    {
        int slot = _slots.Count;
        if (_free.Count > 0)
        {
            slot = _free.Min;
            _free.Remove(slot);
            _slots[slot] = pod;
        }
        else
        {
            _slots.Add(pod);
        }

        (pod.Group, pod.Slot) = (this, slot);
    }

    public void Remove(ShownPod pod)
    {
        _slots[pod.Slot] = null;
        _free.Add(pod.Slot);
        pod.Group = null;
        while (_slots.Count > 0 && _slots[^1] is null)
        {
            _slots.RemoveAt(_slots.Count - 1);
            _free.Remove(_slots.Count);
        }

        if (_slots.Count >= CompactFrom && _free.Count > _slots.Count / 2)
            Compact();
    }

    /// <summary>What the cell shows that stands for <paramref name="count"/> places from <paramref name="first"/> on.</summary>
    public CellLook LookOf(int first, int count)
    {
        var look = CellLook.None;
        for (int slot = first; slot < Math.Min(first + count, _slots.Count); slot++)
        {
            if (_slots[slot] is { } pod && pod.Look > look)
                look = pod.Look;
        }

        return look;
    }

    private void Compact()
    {
        _slots.RemoveAll(slot => slot is null);
        _free.Clear();
        for (int slot = 0; slot < _slots.Count; slot++)
            _slots[slot]!.Slot = slot;
    }
}
