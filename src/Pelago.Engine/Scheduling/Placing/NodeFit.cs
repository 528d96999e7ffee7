// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>The rules that look at one node alone. <c>Judge</c> methods return why not, or null.</summary>
internal static class NodeFit
{
    /// <summary>Rules that only depend on the node object: cordoned, taints, selector and affinity.</summary>
    public static FilterFailure? JudgeNode(PodClass pod, NodeView node)
    {
        if (node.IsUnschedulable && !pod.Tolerates(Taint.Unschedulable))
            return FilterFailure.Unschedulable;
        foreach (Taint taint in node.Taints)
        {
            if (taint.IsHard && !pod.Tolerates(taint))
                return FilterFailure.Tainted(taint);
        }

        return pod.MatchesNode(node) ? null : FilterFailure.NodeAffinity;
    }

    /// <summary>Ports and resources beside the pods that are there. <paramref name="alsoThere"/>: pods that are about to come.</summary>
    public static FilterFailure? JudgeRoom(PodClass pod, NodeState node, ResourceNames names, IReadOnlyList<PodView> alsoThere)
    {
        foreach (HostPort port in pod.HostPorts)
        {
            if (node.HostPorts.Exists(port.ConflictsWith) || alsoThere.Any(other => Array.Exists(other.Class.HostPorts, port.ConflictsWith)))
                return FilterFailure.Ports;
            if (node.Ports.IsGiven(port.Port))
                return FilterFailure.Ports;
        }

        if (pod.PortProblem is { } problem)
            return FilterFailure.UnreadablePorts(problem);
        if (!node.Ports.Fits(pod, alsoThere))
            return FilterFailure.Ports;
        return JudgeResources(pod, node, names, alsoThere);
    }

    private static FilterFailure? JudgeResources(PodClass pod, NodeState node, ResourceNames names, IReadOnlyList<PodView> alsoThere)
    {
        List<string>? reasons = null;
        bool isResolvable = true;
        if (node.Pods.Count + alsoThere.Count + 1 > node.View!.MaxPods)
        {
            (reasons ??= []).Add("Too many pods");
            isResolvable = node.View.MaxPods > 0;
        }

        for (int i = 0; i < pod.Requests.Length; i++)
        {
            long asked = pod.Requests[i];
            if (asked <= 0)
                continue;
            long used = ResourceAmounts.Get(node.Requested, i);
            foreach (PodView other in alsoThere)
                used += ResourceAmounts.Get(other.Class.Requests, i);
            long allocatable = ResourceAmounts.Get(node.View.Allocatable, i);
            if (asked <= allocatable - used)
                continue;
            (reasons ??= []).Add($"Insufficient {names[i]}");
            isResolvable &= asked <= allocatable;
        }

        return reasons is null ? null : new FilterFailure(FailureKinds.Resources, isResolvable, [.. reasons]);
    }
}
