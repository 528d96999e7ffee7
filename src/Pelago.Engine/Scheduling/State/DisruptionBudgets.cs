// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>PodDisruptionBudgets, which preemption respects where it can. One owner: the scheduler's loop.</summary>
internal sealed class DisruptionBudgets
{
    private readonly Dictionary<ObjectKey, Budget> _budgets = [];

    public static Budget Read(ReadOnlyMemory<byte> json)
    {
        var budget = KubeObject.Parse(json);
        LabelSelector selector = LabelSelector.TryRead(budget.Spec?.Object("selector"), out LabelSelector? read, out _) ? read : LabelSelector.Nothing;
        return new Budget(budget.Key, selector, (int)(budget.Status?.Integer("disruptionsAllowed") ?? 0));
    }

    public void Set(Budget budget) => _budgets[budget.Key] = budget;

    public void Remove(ObjectKey key) => _budgets.Remove(key);

    /// <summary>For each pod in turn: would evicting it, after those before it, break a budget?</summary>
    public bool[] Violations(IReadOnlyList<PodView> pods)
    {
        var violations = new bool[pods.Count];
        foreach (Budget budget in _budgets.Values)
        {
            int allowed = budget.DisruptionsAllowed;
            for (int i = 0; i < pods.Count; i++)
            {
                PodClass pod = pods[i].Class;
                bool covered = pod.Labels.Count > 0 && pod.Namespace == budget.Key.Namespace && !budget.Selector.IsEverything && budget.Selector.Matches(pod.Labels);
                if (covered && --allowed < 0)
                    violations[i] = true;
            }
        }

        return violations;
    }

    internal sealed record Budget(ObjectKey Key, LabelSelector Selector, int DisruptionsAllowed);
}
