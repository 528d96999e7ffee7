// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>Who has to leave which node so that a pod fits there.</summary>
internal sealed record PreemptionPlan(NodeState Node, IReadOnlyList<PodView> Victims, int BudgetViolations)
{
    /// <summary>Upstream's order: fewest broken budgets, lowest top priority, lowest sum, fewest victims, the youngest important victim.</summary>
    public int OrderAgainst(PreemptionPlan other)
    {
        int order = BudgetViolations.CompareTo(other.BudgetViolations);
        if (order == 0)
            order = TopPriority.CompareTo(other.TopPriority);
        if (order == 0)
            order = Victims.Sum(victim => (long)victim.Priority).CompareTo(other.Victims.Sum(victim => (long)victim.Priority));
        if (order == 0)
            order = Victims.Count.CompareTo(other.Victims.Count);
        return order != 0 ? order : other.EarliestStart.CompareTo(EarliestStart);
    }

    private int TopPriority => Victims.Max(victim => victim.Priority);

    private DateTimeOffset EarliestStart => Victims.Where(victim => victim.Priority == TopPriority).Min(victim => victim.Started);
}
