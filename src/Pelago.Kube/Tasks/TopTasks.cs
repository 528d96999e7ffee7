// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>The first so many of any number of tasks, in an order, without keeping the others.</summary>
/// <param name="limit">0 for all.</param>
internal sealed class TopTasks(Comparison<PodTask> order, int limit)
{
    private readonly List<PodTask> _kept = [];

    /// <summary>When it is known: nothing after it is among the first so many.</summary>
    private PodTask? _last;

    /// <summary>How many were shown.</summary>
    public long Total { get; private set; }

    public void Add(PodTask task)
    {
        Total++;
        if (_last is not null && order(task, _last) > 0)
            return;
        _kept.Add(task);
        // Sorting each time that twice as many are there costs a task no more than a heap would.
        if (limit > 0 && _kept.Count >= 2L * limit)
            Cut();
    }

    public IReadOnlyList<PodTask> Sorted()
    {
        Cut();
        return _kept;
    }

    private void Cut()
    {
        _kept.Sort(order);
        if (limit == 0 || _kept.Count < limit)
            return;
        _kept.RemoveRange(limit, _kept.Count - limit);
        _last = _kept[^1];
    }
}
