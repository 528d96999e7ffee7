// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// What is known about placing pods of one class: each node is judged and scored once per change to it, counts by place follow the changes.
/// Placing the next equal pod then costs little more than looking over an array.
/// </summary>
internal sealed class ClassPlan
{
    private readonly ClusterState _state;
    private readonly ResourceNames _names;
    private readonly SpreadCounts[] _hardSpread;
    private readonly SpreadCounts[] _softSpread;
    private readonly PodAffinityCounts _affinity;
    private readonly int[] _fewest;
    private NodeEntry[] _entries = [];
    private long _topologyVersion = -1;
    private long _volumeVersion = -1;
    private long _nextChange;
    private bool _usesAffinity;

    public ClassPlan(PodClass podClass, ClusterState state, ResourceNames names)
    {
        Class = podClass;
        _state = state;
        _names = names;
        _hardSpread = [.. podClass.Spread.Where(constraint => constraint.IsHard).Select(constraint => new SpreadCounts(constraint, podClass))];
        _softSpread = [.. podClass.Spread.Where(constraint => !constraint.IsHard).Select(constraint => new SpreadCounts(constraint, podClass))];
        _fewest = new int[_hardSpread.Length];
        _affinity = new PodAffinityCounts(podClass, state);
    }

    public PodClass Class { get; }

    /// <summary>Why no node can take such pods; null if some might.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Soft wishes that hang on other pods: the score of a node then cannot be kept.</summary>
    public bool HasSoftSpread => _softSpread.Length > 0;
    public bool HasAffinityScore => _affinity.HasScore;

    /// <summary>The last failure of this class and the state it was found in, so that the next equal pod need not ask again.</summary>
    public (long StateVersion, long VolumeVersion, Diagnosis? Diagnosis) LastFailure { get; set; } = (-1, -1, null);

    /// <summary>Catches up with the cluster.</summary>
    public void Refresh()
    {
        if (_entries.Length < _state.Slots.Count)
            Array.Resize(ref _entries, Math.Max(_state.Slots.Count, 16));
        ReadOnlySpan<PodChange> changes = _state.ChangesSince(_nextChange, out bool complete);
        if (_topologyVersion != _state.TopologyVersion || !complete)
        {
            Rebuild();
        }
        else
        {
            foreach (PodChange change in changes)
                Apply(change);
        }

        _topologyVersion = _state.TopologyVersion;
        _nextChange = _state.ChangeCount;
        _usesAffinity = Class.HasAffinityTerms || _state.PodsWithTerms.Count > 0;
        for (int i = 0; i < _hardSpread.Length; i++)
            _fewest[i] = _hardSpread[i].Fewest();
        if (_volumeVersion == _state.Volumes.Version || Class.Claims.Length == 0)
            return;
        _volumeVersion = _state.Volumes.Version;
        Obstacle = _state.Volumes.Obstacle(Class);
    }

    /// <summary>Why a node cannot take the pod; null if it can. After <see cref="Refresh"/>.</summary>
    public FilterFailure? Judge(NodeState node, PodView pod)
    {
        ref NodeEntry entry = ref EntryOf(node);
        FilterFailure? failure = entry.NodeFailure ?? (node.Nominated.Count == 0 ? entry.RoomFailure : JudgeBesideNominated(node, pod));
        if (failure is not null)
            return failure;
        NodeView view = node.View!;
        if (Class.Claims.Length > 0 && _state.Volumes.Obstacle(Class, view) is { } obstacle)
            return FilterFailure.Volumes(obstacle);
        for (int i = 0; i < _hardSpread.Length; i++)
        {
            if (_hardSpread[i].Judge(view, _fewest[i]) is { } uneven)
                return uneven;
        }

        return _usesAffinity ? _affinity.Judge(view) : null;
    }

    /// <summary>The scores of a node that <see cref="Judge"/> let pass.</summary>
    public RawScore Score(NodeState node)
    {
        ref NodeEntry entry = ref EntryOf(node);
        double? crowding = 0;
        foreach (SpreadCounts spread in _softSpread)
            crowding += spread.Crowding(node.View!);
        int affinity = _affinity.HasScore ? _affinity.Score(node.View!) : 0;
        return new RawScore(entry.Resources, entry.Preference, entry.SoftTaints, entry.Siblings, crowding, affinity);
    }

    private FilterFailure? JudgeBesideNominated(NodeState node, PodView pod)
    {
        return NodeFit.JudgeRoom(Class, node, _names, node.NominatedAhead(pod));
    }

    private ref NodeEntry EntryOf(NodeState node)
    {
        ref NodeEntry entry = ref _entries[node.Slot];
        if (entry.Version == node.Version)
            return ref entry;
        if (entry.ViewVersion != node.ViewVersion)
        {
            entry.ViewVersion = node.ViewVersion;
            entry.NodeFailure = NodeFit.JudgeNode(Class, node.View!);
            entry.Preference = NodeScore.Preference(Class, node.View!);
            entry.SoftTaints = NodeScore.UntoleratedSoftTaints(Class, node.View!);
        }

        entry.Version = node.Version;
        if (entry.NodeFailure is null)
        {
            entry.RoomFailure = NodeFit.JudgeRoom(Class, node, _names, []);
            entry.Resources = NodeScore.Resources(Class, node);
        }

        return ref entry;
    }

    private void Rebuild()
    {
        Array.Clear(_entries);
        string[] hardKeys = [.. _hardSpread.Select(spread => spread.Constraint.TopologyKey)];
        foreach (SpreadCounts spread in _hardSpread)
            spread.Rebuild(_state, hardKeys);
        foreach (SpreadCounts spread in _softSpread)
            spread.Rebuild(_state, [spread.Constraint.TopologyKey]);
        _affinity.Rebuild();
        if (Class.ControllerUid is null)
            return;
        foreach ((PodView pod, NodeState node) in _state.Pods.Values)
            CountSibling(new PodChange(pod, node, 1));
    }

    private void Apply(PodChange change)
    {
        foreach (SpreadCounts spread in _hardSpread)
            spread.Apply(change);
        foreach (SpreadCounts spread in _softSpread)
            spread.Apply(change);
        _affinity.Apply(change);
        CountSibling(change);
    }

    private void CountSibling(PodChange change)
    {
        if (Class.ControllerUid is { } controller && change.Pod.Class.ControllerUid == controller)
            _entries[change.Node.Slot].Siblings += change.Delta;
    }

    /// <summary>What is kept of one node; all zero means nothing known.</summary>
    private struct NodeEntry
    {
        public long Version;
        public long ViewVersion;
        public FilterFailure? NodeFailure;
        public FilterFailure? RoomFailure;
        public int Resources;
        public int Preference;
        public int SoftTaints;
        public int Siblings;
    }
}
