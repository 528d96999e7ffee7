// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>Writes the conditions that the node owns (kubernetes pkg/kubelet/status/generate.go); others are left as they are.</summary>
internal static class PodConditions
{
    public const string Ready = "Ready";
    public const string ContainersReady = "ContainersReady";
    public const string Initialized = "Initialized";
    public const string PodReadyToStartContainers = "PodReadyToStartContainers";
    public const string PodScheduled = "PodScheduled";

    public static List<V1PodCondition> Of(V1Pod pod, V1PodStatus status, bool hasSandbox, DateTime now)
    {
        IList<V1PodCondition> old = pod.Status?.Conditions ?? [];
        V1PodCondition containers = AllReady(pod, status);
        List<V1PodCondition> conditions =
        [
            New(PodReadyToStartContainers, hasSandbox, null, null),
            Initialization(pod, status),
            PodReadiness(pod, status, containers, old),
            containers,
            New(PodScheduled, true, null, null),
        ];
        foreach (V1PodCondition condition in conditions)
        {
            V1PodCondition? before = old.FirstOrDefault(item => item.Type == condition.Type);
            condition.LastTransitionTime = before is not null && before.Status == condition.Status ? before.LastTransitionTime ?? now : now;
        }
        return conditions;
    }

    private static V1PodCondition Initialization(V1Pod pod, V1PodStatus status)
    {
        if (status.Phase == PodPhase.Succeeded)
            return New(Initialized, true, "PodCompleted", null);
        bool anyRegularRan = status.ContainerStatuses.Any(item => item.State.Running is not null || item.State.Terminated is not null || item.LastState?.Terminated is not null);
        var incomplete = new List<string>();
        foreach (PodContainer container in PodContainer.InitOf(pod))
        {
            V1ContainerStatus? found = status.InitContainerStatuses?.FirstOrDefault(item => item.Name == container.Name);
            bool isDone = container.Kind == ContainerKind.Sidecar ? found?.Started == true : found?.State.Terminated is { ExitCode: 0 };
            if (!isDone && !anyRegularRan)
                incomplete.Add(container.Name);
        }
        return incomplete.Count == 0
            ? New(Initialized, true, null, null)
            : New(Initialized, false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', incomplete)}]");
    }

    private static V1PodCondition AllReady(V1Pod pod, V1PodStatus status)
    {
        if (status.Phase == PodPhase.Succeeded)
            return New(ContainersReady, false, "PodCompleted", null);
        if (status.Phase == PodPhase.Failed)
            return New(ContainersReady, false, "PodFailed", null);
        IEnumerable<V1ContainerStatus> all = status.ContainerStatuses;
        foreach (PodContainer sidecar in PodContainer.InitOf(pod).Where(container => container.Kind == ContainerKind.Sidecar))
            all = all.Concat((status.InitContainerStatuses ?? []).Where(item => item.Name == sidecar.Name));
        string[] unready = [.. all.Where(item => !item.Ready).Select(item => item.Name)];
        return unready.Length == 0
            ? New(ContainersReady, true, null, null)
            : New(ContainersReady, false, "ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]");
    }

    private static V1PodCondition PodReadiness(V1Pod pod, V1PodStatus status, V1PodCondition containers, IList<V1PodCondition> old)
    {
        if (containers.Status != "True")
            return New(Ready, false, containers.Reason, containers.Message);
        var missing = new List<string>();
        foreach (V1PodReadinessGate gate in pod.Spec.ReadinessGates ?? [])
        {
            V1PodCondition? found = old.FirstOrDefault(item => item.Type == gate.ConditionType);
            if (found is null)
                missing.Add($"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist.");
            else if (found.Status != "True")
                missing.Add($"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {found.Status}");
        }
        return missing.Count == 0
            ? New(Ready, true, null, null)
            : New(Ready, false, "ReadinessGatesNotReady", string.Join(", ", missing));
    }

    private static V1PodCondition New(string type, bool value, string? reason, string? message) => new()
    {
        Type = type, Status = value ? "True" : "False", Reason = reason, Message = message,
    };
}
