// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Scheduling;

/// <summary>The scores of one node alone, 0 to 100 or to be scaled to that; weights and formulas are those of upstream's default profile.</summary>
internal static class NodeScore
{
    public const int Max = 100;
    public const int TaintWeight = 3;
    public const int NodeAffinityWeight = 2;
    public const int SpreadWeight = 2;
    public const int PodAffinityWeight = 2;

    /// <summary>Free share after the pod came (LeastAllocated) and evenness of CPU and memory (BalancedAllocation), summed: 0 to 200.</summary>
    public static int Resources(PodClass pod, NodeState node)
    {
        double cpu = Share(node.ScoredCpu + pod.ScoredCpu, ResourceAmounts.Get(node.View!.Allocatable, ResourceNames.Cpu));
        double memory = Share(node.ScoredMemory + pod.ScoredMemory, ResourceAmounts.Get(node.View.Allocatable, ResourceNames.Memory));
        double least = ((1 - cpu) + (1 - memory)) / 2 * Max;
        double balanced = (1 - (Math.Abs(cpu - memory) / 2)) * Max;
        return (int)least + (int)balanced;
    }

    /// <summary>The summed weights of preferred node terms that match.</summary>
    public static int Preference(PodClass pod, NodeView node)
    {
        int sum = 0;
        foreach ((int weight, NodeSelectorTerm term) in pod.PreferredNodeTerms)
            sum += term.Matches(node) ? weight : 0;
        return sum;
    }

    public static int UntoleratedSoftTaints(PodClass pod, NodeView node) => node.Taints.Count(taint => taint.Effect == "PreferNoSchedule" && !pod.Tolerates(taint));

    private static double Share(long used, long allocatable) => allocatable <= 0 ? 1 : Math.Min(1, (double)used / allocatable);
}
