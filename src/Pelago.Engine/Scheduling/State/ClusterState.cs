// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Nodes and the pods on them, kept up to date event by event. One owner, the scheduler's loop: nothing here is locked.
/// Readers that keep derived counts follow <see cref="ChangesSince"/>; when <see cref="TopologyVersion"/> moved they start afresh.
/// </summary>
internal sealed class ClusterState(TimeProvider clock, TimeSpan portCooldown)
{
    private const int MaxChanges = 65_536;

    private readonly Dictionary<string, NodeState> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PodView Pod, NodeState Node)> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeState> _nominations = new(StringComparer.Ordinal);
    private readonly List<NodeState?> _slots = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly List<PodChange> _changes = [];
    private readonly PortRest _portRest = new(clock, portCooldown);
    private long _firstChange;
    private long _clock;

    public NamespaceLabels Namespaces { get; } = new();
    public VolumeState Volumes { get; } = new();
    public DisruptionBudgets Budgets { get; } = new();

    /// <summary>By slot; null where there is none.</summary>
    public IReadOnlyList<NodeState?> Slots => _slots;

    /// <summary>Nodes that exist.</summary>
    public int NodeCount { get; private set; }

    /// <summary>Moves when nodes come, go or change, and when namespaces do: all counts by place are void then.</summary>
    public long TopologyVersion { get; private set; }

    /// <summary>Moves with every change to nodes, their pods and nominations.</summary>
    public long Version => _clock;

    /// <summary>The number of the next change; see <see cref="ChangesSince"/>.</summary>
    public long ChangeCount => _firstChange + _changes.Count;

    /// <summary>Pods that have affinity or anti-affinity terms, which others have to respect; by uid.</summary>
    public Dictionary<string, (PodView Pod, NodeState Node)> PodsWithTerms { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, (PodView Pod, NodeState Node)> Pods => _pods;

    public NodeState? Node(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The changes from a number on; null when they are no longer kept.</summary>
    public ReadOnlySpan<PodChange> ChangesSince(long number, out bool complete)
    {
        complete = number >= _firstChange;
        return complete ? System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_changes)[(int)(number - _firstChange)..] : default;
    }

    /// <summary>Adds or replaces a node; true when something that placement looks at changed.</summary>
    public bool SetNode(NodeView view)
    {
        NodeState node = NodeOrPlaceholder(view.Name);
        if (node.View is { } old && old.SameForPlacement(view))
        {
            node.View = view;
            return false;
        }

        bool samePorts = node.View is { } before && before.Ports.SameAs(view.Ports);
        bool topology = node.View is null || !node.View.SameLabels(view) || !node.View.Taints.SequenceEqual(view.Taints);
        NodeCount += node.View is null ? 1 : 0;
        node.View = view;
        if (!samePorts)
            node.Ports.OfferChanged();
        Touch(node);
        node.ViewVersion = node.Version;
        if (topology)
            TopologyVersion++;
        return true;
    }

    public void RemoveNode(string name)
    {
        if (!_byName.TryGetValue(name, out NodeState? node) || node.View is null)
            return;
        node.View = null;
        NodeCount--;
        Touch(node);
        TopologyVersion++;
        DropIfEmpty(node);
    }

    /// <summary>The labels of a namespace changed, so terms may be about other pods now.</summary>
    public void NamespacesChanged()
    {
        TopologyVersion++;
        _clock++;
    }

    /// <summary>A pod is on a node, or is taken to be; replaces what was known of it. True when that is news for placement.</summary>
    public bool SetPod(PodView pod, string nodeName)
    {
        if (_pods.TryGetValue(pod.Uid, out (PodView Pod, NodeState Node) known))
        {
            bool same = known.Node.Name == nodeName && ReferenceEquals(known.Pod.Class, pod.Class) && known.Pod.IsDeleting == pod.IsDeleting
                && Equals(known.Pod.Ports, pod.Ports);
            if (same)
            {
                known.Node.Pods[pod.Uid] = pod;
                _pods[pod.Uid] = (pod, known.Node);
                return false;
            }

            RemovePod(pod.Uid, portsRest: false);
        }

        Nominate(pod, null);
        NodeState node = NodeOrPlaceholder(nodeName);
        node.Add(pod);
        _pods[pod.Uid] = (pod, node);
        if (pod.Class.HasAffinityTerms)
            PodsWithTerms[pod.Uid] = (pod, node);
        Record(new PodChange(pod, node, 1));
        return true;
    }

    /// <summary>True when the pod was on a node. Its ports rest before others get them, unless it never used them or comes back at once.</summary>
    public bool RemovePod(string uid, bool portsRest = true)
    {
        if (!_pods.Remove(uid, out (PodView Pod, NodeState Node) known))
            return false;
        known.Node.Remove(known.Pod);
        if (known.Pod.HasPorts && portsRest)
            _portRest.Begin(known.Node, known.Pod);
        else if (known.Pod.HasPorts)
            known.Node.Ports.Return(known.Pod);
        PodsWithTerms.Remove(uid);
        Record(new PodChange(known.Pod, known.Node, -1));
        DropIfEmpty(known.Node);
        return true;
    }

    /// <summary>When ports that rest can next be given out again; null: none rest.</summary>
    public DateTimeOffset? NextPortRestEnd => _portRest.NextEnd;

    /// <summary>True when some node has ports again that rested.</summary>
    public bool EndPortRests()
    {
        HashSet<NodeState> nodes = _portRest.End();
        foreach (NodeState node in nodes)
            Touch(node);
        return nodes.Count > 0;
    }

    /// <summary>Keeps a place for a pod on a node, or with null on none any more.</summary>
    public void Nominate(PodView pod, string? nodeName)
    {
        if (_nominations.Remove(pod.Uid, out NodeState? old))
        {
            old.Nominated.RemoveAll(nominated => nominated.Uid == pod.Uid);
            Touch(old);
            DropIfEmpty(old);
        }

        if (string.IsNullOrEmpty(nodeName))
            return;
        NodeState node = NodeOrPlaceholder(nodeName);
        node.Nominated.Add(pod);
        _nominations[pod.Uid] = node;
        Touch(node);
    }

    private NodeState NodeOrPlaceholder(string name)
    {
        if (_byName.TryGetValue(name, out NodeState? node))
            return node;
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _slots.Count;
            _slots.Add(null);
        }

        node = new NodeState(slot, name);
        Touch(node);
        _slots[slot] = node;
        _byName[name] = node;
        return node;
    }

    private void DropIfEmpty(NodeState node)
    {
        if (node.View is not null || node.Pods.Count > 0 || node.Nominated.Count > 0)
            return;
        _byName.Remove(node.Name);
        _slots[node.Slot] = null;
        _freeSlots.Push(node.Slot);
        TopologyVersion++;
    }

    private void Record(PodChange change)
    {
        Touch(change.Node);
        if (_changes.Count >= MaxChanges)
        {
            _changes.RemoveRange(0, MaxChanges / 2);
            _firstChange += MaxChanges / 2;
        }

        _changes.Add(change);
    }

    private void Touch(NodeState node) => node.Version = ++_clock;
}
