// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Decides where pods go: filters, then scores, over the state that it is given. No I/O, no clock; equal input and an equal seed give
/// equal output. It decides only: the caller puts the pod into the state before it asks for the next one.
/// </summary>
internal sealed class Placement(ClusterState state, ResourceNames names, Random random)
{
    /// <summary>Plans hold an entry for each node: so many entries may all plans together have.</summary>
    private const int MaxEntries = 4_000_000;

    /// <summary>So many nodes that can take a pod are always compared, however few percent of all they are.</summary>
    private const int FewNodes = 100;

    private readonly Dictionary<PodClass, LinkedListNode<ClassPlan>> _plans = new(ReferenceEqualityComparer.Instance);
    private readonly LinkedList<ClassPlan> _byUse = new();
    private readonly List<(NodeState Node, RawScore Score)> _passed = [];
    private int _start;
    private int _stride = 1;
    private int _strideOf;

    public Decision Decide(PodView pod)
    {
        ClassPlan plan = PlanOf(pod.Class);
        if (plan.Obstacle is { } obstacle)
            return Refuse(plan, obstacle, [], FailureKinds.Volumes);
        if (pod.NominatedNodeName.Length > 0 && state.Node(pod.NominatedNodeName) is { View: not null } nominated && plan.Judge(nominated, pod) is null)
            return new Decision(nominated, null);
        if (plan.LastFailure is { Diagnosis: { } known } last && last.StateVersion == state.Version && last.VolumeVersion == state.Volumes.Version)
            return new Decision(null, known);

        _passed.Clear();
        var failures = new List<(NodeState Node, FilterFailure Failure)>();
        FailureKinds kinds = FailureKinds.None;
        int enough = Compared(state.NodeCount), slots = state.Slots.Count, seen = 0;
        for (long stride = StrideOver(slots); seen < slots && _passed.Count < enough; seen++)
        {
            if (state.Slots[(int)((_start + seen) % slots * stride % slots)] is not { View: not null } node)
                continue;
            if (plan.Judge(node, pod) is { } failure)
            {
                failures.Add((node, failure));
                kinds |= failure.Kind;
            }
            else
            {
                _passed.Add((node, plan.Score(node)));
            }
        }

        // The next pod begins where this one ended, so that all nodes have their turn.
        _start = slots == 0 ? 0 : (_start + seen) % slots;
        if (_passed.Count == 0)
            return Refuse(plan, null, failures, failures.Count == 0 ? FailureKinds.NoNodes : kinds);
        return new Decision(_passed.Count == 1 ? _passed[0].Node : Best(plan), null);
    }

    /// <summary>The ports that a pod gets on the node that was decided for it; null when it asks for none.</summary>
    public HostPortAllocation? ChoosePorts(PodView pod, NodeState node) =>
        pod.Class.PortRequests is null ? null : node.Ports.Choose(pod.Class, node.NominatedAhead(pod));

    /// <summary>One node alone, as preemption tries it; the state may be changed between calls.</summary>
    public FilterFailure? Judge(PodView pod, NodeState node)
    {
        ClassPlan plan = PlanOf(pod.Class);
        return plan.Judge(node, pod);
    }

    /// <summary>
    /// Of how many nodes that can take a pod the best is chosen: all of a hundred, 42 % of a thousand, 5 % of what is beyond 5,625 (numFeasibleNodesToFind of
    /// kube-scheduler's schedule_one.go@1.33). In a large cluster a better one among the rest is not worth the search.
    /// </summary>
    internal static int Compared(int nodes)
    {
        int percent = Math.Max(50 - (nodes / 125), 5);
        return Math.Min(nodes, Math.Max(FewNodes, (int)((long)nodes * percent / 100)));
    }

    /// <summary>
    /// Slots are in the order in which nodes came, and those of one zone may have come together: steps of the golden section, which meet every slot once, lead
    /// over all of them evenly, however few are looked at.
    /// </summary>
    private int StrideOver(int slots)
    {
        if (_strideOf == slots)
            return _stride;
        int stride = Math.Max(1, (int)(slots * 0.618));
        while (System.Numerics.BigInteger.GreatestCommonDivisor(stride, slots) > 1)
            stride++;
        (_stride, _strideOf) = (stride, slots);
        return stride;
    }

    private Decision Refuse(ClassPlan plan, string? obstacle, IReadOnlyList<(NodeState Node, FilterFailure Failure)> failures, FailureKinds kinds)
    {
        var diagnosis = new Diagnosis(state.NodeCount, kinds, obstacle, failures);
        plan.LastFailure = (state.Version, state.Volumes.Version, diagnosis);
        return new Decision(null, diagnosis);
    }

    /// <summary>The node with the highest weighted score; among equals any.</summary>
    private NodeState Best(ClassPlan plan)
    {
        ScoreScale scale = ScoreScale.Over(_passed, plan);
        NodeState? best = null;
        double bestScore = double.MinValue;
        int ties = 0;
        foreach ((NodeState node, RawScore raw) in _passed)
        {
            double score = scale.Total(raw);
            if (score > bestScore)
            {
                (best, bestScore, ties) = (node, score, 1);
            }
            else if (score == bestScore && random.Next(++ties) == 0)
            {
                best = node;
            }
        }

        return best!;
    }

    private ClassPlan PlanOf(PodClass podClass)
    {
        if (_plans.TryGetValue(podClass, out LinkedListNode<ClassPlan>? entry))
        {
            if (_byUse.First != entry)
            {
                _byUse.Remove(entry);
                _byUse.AddFirst(entry);
            }
        }
        else
        {
            int most = Math.Max(8, MaxEntries / Math.Max(1, state.Slots.Count));
            while (_plans.Count >= Math.Min(most, 1024))
            {
                _plans.Remove(_byUse.Last!.Value.Class);
                _byUse.RemoveLast();
            }

            entry = _byUse.AddFirst(new ClassPlan(podClass, state, names));
            _plans[podClass] = entry;
        }

        entry.Value.Refresh();
        return entry.Value;
    }
}
