// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>
/// Looks for a node on which a pod would fit if pods of lower priority left, and for the fewest that have to (upstream's DefaultPreemption).
/// It tries by taking pods out of the state and puts all of them back.
/// </summary>
internal sealed class Preemption(ClusterState state, Placement placement, Random random)
{
    private const int MaxCandidates = 100;
    private const string NotHelpful = "Preemption is not helpful for scheduling";
    private const string NoVictims = "No preemption victims found for incoming pod";

    /// <summary>The best plan, or the message that says why there is none (without its <c>preemption: </c> prefix).</summary>
    public (PreemptionPlan? Plan, string Message) Find(PodView pod, Diagnosis diagnosis)
    {
        if (pod.Class.NeverPreempts)
            return (null, "not eligible due to preemptionPolicy=Never.");
        if (pod.NominatedNodeName.Length > 0 && state.Node(pod.NominatedNodeName) is { } nominated)
        {
            if (nominated.Pods.Values.Any(other => other.IsDeleting && other.Priority < pod.Priority))
                return (null, "not eligible due to a terminating pod on the nominated node.");
            // The ports of its victims rest after them: more victims would not make them free sooner.
            if (pod.Class.PortRequests is not null && FailsForPorts(diagnosis, nominated) && nominated.Ports.FitsAfterRest(pod.Class, nominated.NominatedAhead(pod)))
                return (null, "not eligible due to ports of the nominated node that rest after their last use.");
        }

        var reasons = new List<string>();
        var candidates = new List<NodeState>();
        foreach ((NodeState node, FilterFailure failure) in diagnosis.Failures)
        {
            if (failure.IsResolvable)
                candidates.Add(node);
            else
                reasons.Add(NotHelpful);
        }

        if (diagnosis.Failures.Count == 0)
            reasons.AddRange(Enumerable.Repeat(NotHelpful, state.NodeCount));
        PreemptionPlan? best = null;
        int offset = candidates.Count == 0 ? 0 : random.Next(candidates.Count);
        int found = 0;
        for (int i = 0; i < candidates.Count && found < MaxCandidates; i++)
        {
            PreemptionPlan? plan = Try(pod, candidates[(offset + i) % candidates.Count], reasons);
            if (plan is null)
                continue;
            found++;
            if (best is null || plan.OrderAgainst(best) < 0)
                best = plan;
        }

        return (best, best is null ? $"0/{state.NodeCount} nodes are available: {Diagnosis.Histogram(reasons)}." : "");
    }

    private static bool FailsForPorts(Diagnosis diagnosis, NodeState node) =>
        diagnosis.Failures.Any(entry => entry.Node == node && entry.Failure.Kind == FailureKinds.Ports);

    private PreemptionPlan? Try(PodView pod, NodeState node, List<string> reasons)
    {
        List<PodView> lower = [.. node.Pods.Values.Where(other => other.Priority < pod.Priority)];
        if (lower.Count == 0)
        {
            reasons.Add(NoVictims);
            return null;
        }

        foreach (PodView victim in lower)
            state.RemovePod(victim.Uid, portsRest: false);
        var victims = new List<PodView>();
        try
        {
            if (placement.Judge(pod, node) is { } failure)
            {
                reasons.AddRange(failure.Reasons);
                return null;
            }

            int violations = Reprieve(pod, node, lower, victims);
            return victims.Count == 0 ? null : new PreemptionPlan(node, victims, violations);
        }
        finally
        {
            foreach (PodView victim in lower.Where(victim => !node.Pods.ContainsKey(victim.Uid)))
                state.SetPod(victim, node.Name);
        }
    }

    /// <summary>Lets pods back one by one, those under a budget and the important first, as long as the new one still fits.</summary>
    private int Reprieve(PodView pod, NodeState node, List<PodView> lower, List<PodView> victims)
    {
        lower.Sort(static (left, right) =>
        {
            int order = right.Priority.CompareTo(left.Priority);
            return order != 0 ? order : left.Started.CompareTo(right.Started);
        });
        bool[] violates = state.Budgets.Violations(lower);
        int violations = 0;
        foreach (bool underBudget in (ReadOnlySpan<bool>)[true, false])
        {
            for (int i = 0; i < lower.Count; i++)
            {
                if (violates[i] != underBudget)
                    continue;
                state.SetPod(lower[i], node.Name);
                if (placement.Judge(pod, node) is null)
                    continue;
                state.RemovePod(lower[i].Uid, portsRest: false);
                victims.Add(lower[i]);
                violations += underBudget ? 1 : 0;
            }
        }

        return violations;
    }
}
