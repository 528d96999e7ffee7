// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// What affinity and anti-affinity mean for pods of a class, both ways: their own terms about pods that are there, and the terms of those
/// about them. Counted by place (a topology key and its value), followed change by change.
/// </summary>
internal sealed class PodAffinityCounts(PodClass podClass, ClusterState state)
{
    /// <summary>What a required affinity of a pod that is there adds to the score of its place.</summary>
    private const int HardAffinityWeight = 1;

    private readonly PlaceCounts _affinity = new();
    private readonly PlaceCounts _antiAffinity = new();
    private readonly PlaceCounts _existingAntiAffinity = new();
    private readonly PlaceCounts _score = new();
    private bool _matchesItself;

    public bool HasScore => !_score.IsEmpty;

    public void Rebuild()
    {
        _affinity.Clear();
        _antiAffinity.Clear();
        _existingAntiAffinity.Clear();
        _score.Clear();
        _matchesItself = Array.TrueForAll(podClass.RequiredAffinity, term => term.Matches(podClass, state.Namespaces));
        foreach ((PodView pod, NodeState node) in (podClass.HasAffinityTerms ? state.Pods : state.PodsWithTerms).Values)
            Apply(new PodChange(pod, node, 1));
    }

    public void Apply(PodChange change)
    {
        if (change.Node.View is not { } node)
            return;
        if (podClass.HasAffinityTerms)
            CountOwnTerms(change.Pod.Class, node, change.Delta);
        if (change.Pod.Class.HasAffinityTerms)
            CountTermsOf(change.Pod.Class, node, change.Delta);
    }

    public FilterFailure? Judge(NodeView node)
    {
        if (podClass.RequiredAffinity.Length > 0 && !AffinityHolds(node))
            return FilterFailure.Affinity;
        foreach (PodAffinityTerm term in podClass.RequiredAntiAffinity)
        {
            if (_antiAffinity.At(node, term.TopologyKey) > 0)
                return FilterFailure.AntiAffinity;
        }

        return _existingAntiAffinity.At(node) > 0 ? FilterFailure.ExistingAntiAffinity : null;
    }

    public int Score(NodeView node) => _score.At(node);

    /// <summary>The first pod of a group that wants to be together may go anywhere.</summary>
    private bool AffinityHolds(NodeView node)
    {
        bool found = true;
        foreach (PodAffinityTerm term in podClass.RequiredAffinity)
        {
            if (node.Label(term.TopologyKey) is null)
                return false;
            found &= _affinity.At(node, term.TopologyKey) > 0;
        }

        return found || (_affinity.IsEmpty && _matchesItself);
    }

    private void CountOwnTerms(PodClass there, NodeView node, int delta)
    {
        if (podClass.RequiredAffinity.Length > 0 && Array.TrueForAll(podClass.RequiredAffinity, term => term.Matches(there, state.Namespaces)))
        {
            foreach (PodAffinityTerm term in podClass.RequiredAffinity)
                _affinity.Add(node, term.TopologyKey, delta);
        }

        CountMatching(_antiAffinity, podClass.RequiredAntiAffinity, there, node, _ => delta);
        CountMatching(_score, podClass.PreferredAffinity, there, node, term => delta * term.Weight);
        CountMatching(_score, podClass.PreferredAntiAffinity, there, node, term => -delta * term.Weight);
    }

    private void CountTermsOf(PodClass there, NodeView node, int delta)
    {
        CountMatching(_existingAntiAffinity, there.RequiredAntiAffinity, podClass, node, _ => delta);
        CountMatching(_score, there.RequiredAffinity, podClass, node, _ => delta * HardAffinityWeight);
        CountMatching(_score, there.PreferredAffinity, podClass, node, term => delta * term.Weight);
        CountMatching(_score, there.PreferredAntiAffinity, podClass, node, term => -delta * term.Weight);
    }

    private void CountMatching(PlaceCounts counts, PodAffinityTerm[] terms, PodClass about, NodeView node, Func<PodAffinityTerm, int> amount)
    {
        foreach (PodAffinityTerm term in terms)
        {
            if (term.Matches(about, state.Namespaces))
                counts.Add(node, term.TopologyKey, amount(term));
        }
    }
}
