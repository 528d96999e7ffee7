// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Cli.Watch;

/// <summary>
/// All pods that are watched, in groups, and how many there are of each kind. The feeds write to it and the screen reads it, everybody within
/// <see cref="Gate"/>.
/// </summary>
internal sealed class LivePicture(Grouping grouping, TimeProvider time)
{
    private readonly HashSet<ShownPod> _pods = [];
    private readonly Dictionary<string, CellGroup> _groups = new(StringComparer.Ordinal);
    private List<CellGroup>? _sorted;

    public Lock Gate { get; } = new();

    public Grouping Grouping { get; private set; } = grouping;

    public PodTally Tally { get; } = new(time);

    /// <summary>Goes up with each change of what is seen.</summary>
    public long Version { get; private set; }

    /// <summary>In their order.</summary>
    public IReadOnlyList<CellGroup> Groups => _sorted ??= [.. _groups.Values.OrderBy(group => group.Name, NaturalOrder.Instance)];

    /// <param name="isNews">False while a stream tells what was there before: that is no change.</param>
    public void Show(ShownPod pod, string node, CellState state, CellFlags flags, bool isNews)
    {
        bool isNew = pod.State == CellState.Gone, hasMoved = isNew || pod.Node != node;
        if (!hasMoved && pod.State == state && pod.Flags == flags)
            return;
        Tally.Change(pod, node, state, flags, isNews);
        (pod.Node, pod.State, pod.Flags, pod.Look) = (node, state, flags, CellLooks.Of(state, flags));
        if (isNew)
            _pods.Add(pod);
        if (isNew || hasMoved && Grouping == Grouping.Node)
            Place(pod);
        Version++;
    }

    public void Remove(ShownPod pod, bool isNews)
    {
        if (!_pods.Remove(pod))
            return;
        Tally.Change(pod, "", CellState.Gone, CellFlags.None, isNews);
        (pod.Node, pod.State, pod.Flags, pod.Look) = ("", CellState.Gone, CellFlags.None, CellLook.None);
        Displace(pod);
        Version++;
    }

    public void GroupBy(Grouping other)
    {
        Grouping = other;
        _groups.Clear();
        _sorted = null;
        foreach (ShownPod pod in _pods.OrderBy(pod => pod.Key, NaturalOrder.Instance))
        {
            pod.Group = null;
            Place(pod);
        }

        Version++;
    }

    private void Place(ShownPod pod)
    {
        Displace(pod);
        string name = Groupings.NameOf(Grouping, pod);
        if (!_groups.TryGetValue(name, out CellGroup? group))
        {
            _groups[name] = group = new CellGroup(name);
            _sorted = null;
        }

        group.Add(pod);
    }

    private void Displace(ShownPod pod)
    {
        if (pod.Group is not { } group)
            return;
        group.Remove(pod);
        if (group.Count > 0)
            return;
        _groups.Remove(group.Name);
        _sorted = null;
    }
}
