// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>Counts of the pods of a picture, and of their changes in each of the last seconds.</summary>
internal sealed class PodTally(TimeProvider time)
{
    /// <summary>How many seconds are remembered.</summary>
    public const int Seconds = 60;
    private readonly long _began = time.GetTimestamp();
    private readonly int[] _looks = new int[CellLooks.Count];
    private readonly int[] _states = new int[(int)CellState.Terminating + 1];
    private readonly int[] _flags = new int[8];
    private readonly Dictionary<(string Cluster, string Node), int> _nodes = [];
    private readonly int[] _changes = new int[Seconds + 1];
    private readonly int[] _ready = new int[Seconds + 1];
    private long _second;

    public int Pods { get; private set; }

    /// <summary>Those that have pods.</summary>
    public int Nodes => _nodes.Count;

    /// <summary>All that were ever told.</summary>
    public long Changes { get; private set; }

    public int this[CellLook look] => _looks[(int)look];

    public int this[CellState state] => _states[(int)state];

    public int this[CellFlags flag] => _flags[System.Numerics.BitOperations.Log2((uint)flag)];

    /// <summary>To be called before the pod is changed.</summary>
    public void Change(ShownPod pod, string node, CellState state, CellFlags flags, bool isNews)
    {
        Count(pod.Cluster, pod.Node, pod.State, pod.Flags, -1);
        Count(pod.Cluster, node, state, flags, 1);
        if (!isNews)
            return;
        Advance();
        Changes++;
        _changes[_second % _changes.Length]++;
        if (state == CellState.Ready && pod.State != CellState.Ready)
            _ready[_second % _ready.Length]++;
    }

    /// <summary>Changes in each of the last whole seconds, the oldest first; and how many pods became ready.</summary>
    public (int Changes, int Ready)[] Rates()
    {
        Advance();
        var rates = new (int, int)[Seconds];
        for (int i = 0; i < Seconds; i++)
        {
            long second = _second - Seconds + i;
            if (second >= 0)
                rates[i] = (_changes[second % _changes.Length], _ready[second % _ready.Length]);
        }

        return rates;
    }

    private void Count(string cluster, string node, CellState state, CellFlags flags, int by)
    {
        if (state == CellState.Gone)
            return;
        Pods += by;
        _states[(int)state] += by;
        _looks[(int)CellLooks.Of(state, flags)] += by;
        for (int bit = 0; bit < _flags.Length; bit++)
            _flags[bit] += by * (((int)flags >> bit) & 1);
        if (node.Length == 0)
            return;
        int left = _nodes.GetValueOrDefault((cluster, node)) + by;
        if (left > 0)
            _nodes[(cluster, node)] = left;
        else
            _nodes.Remove((cluster, node));
    }

    private void Advance()
    {
        long now = (long)time.GetElapsedTime(_began).TotalSeconds;
        for (long second = Math.Max(_second + 1, now - Seconds); second <= now; second++)
            _changes[second % _changes.Length] = _ready[second % _ready.Length] = 0;
        _second = Math.Max(_second, now);
    }
}
