// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>How many pods that a spread constraint is about lie in each place, followed change by change.</summary>
internal sealed class SpreadCounts(SpreadConstraint constraint, PodClass podClass)
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _eligibleNodes = new(StringComparer.Ordinal);
    private readonly bool _countsItself = constraint.Counts(podClass);

    public SpreadConstraint Constraint => constraint;

    /// <summary>Counts anew. Only nodes that the pod could use by the constraint's policies make places.</summary>
    public void Rebuild(ClusterState state, IReadOnlyList<string> requiredKeys)
    {
        _places.Clear();
        _eligibleNodes.Clear();
        foreach (NodeState? node in state.Slots)
        {
            if (node?.View is not { } view || !IsEligible(view, requiredKeys))
                continue;
            _eligibleNodes.Add(node.Name);
            _places.TryAdd(view.Label(constraint.TopologyKey)!, 0);
            foreach (PodView pod in node.Pods.Values)
                Apply(new PodChange(pod, node, 1));
        }
    }

    public void Apply(PodChange change)
    {
        bool counts = change.Node.View is not null && !change.Pod.IsDeleting && _eligibleNodes.Contains(change.Node.Name) && constraint.Counts(change.Pod.Class);
        if (counts)
            _places[change.Node.View!.Label(constraint.TopologyKey)!] += change.Delta;
    }

    public FilterFailure? Judge(NodeView node, int fewest)
    {
        if (node.Label(constraint.TopologyKey) is not { } place)
            return FilterFailure.SpreadLabel;
        int skew = _places.GetValueOrDefault(place) + (_countsItself ? 1 : 0) - fewest;
        return skew > constraint.MaxSkew ? FilterFailure.Spread : null;
    }

    /// <summary>The least count of any place; 0 while there are fewer places than the constraint wants.</summary>
    public int Fewest() => _places.Count < constraint.MinDomains || _places.Count == 0 ? 0 : _places.Values.Min();

    /// <summary>More is worse; null: the node has no such place.</summary>
    public double? Crowding(NodeView node) => node.Label(constraint.TopologyKey) is { } place
        ? (_places.GetValueOrDefault(place) * Math.Log(_places.Count + 2)) + (constraint.MaxSkew - 1)
        : null;

    private bool IsEligible(NodeView node, IReadOnlyList<string> requiredKeys)
    {
        foreach (string key in requiredKeys)
        {
            if (node.Label(key) is null)
                return false;
        }

        return (!constraint.HonorsAffinity || podClass.MatchesNode(node))
            && (!constraint.HonorsTaints || !Array.Exists(node.Taints, taint => taint.IsHard && !podClass.Tolerates(taint)));
    }
}
