// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>Derives the phase of a pod from its container statuses (kubernetes pkg/kubelet getPhase).</summary>
internal static class PodPhase
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    /// <param name="isOver">Nothing of the pod will be started any more.</param>
    public static string Of(V1Pod pod, IList<V1ContainerStatus> init, IList<V1ContainerStatus> regular, bool isOver)
    {
        string policy = pod.Spec.RestartPolicy ?? "Always";
        if (InitPhase(pod, init, regular, policy, isOver) is { } early)
            return early;
        int running = 0, waiting = 0, stopped = 0, succeeded = 0;
        foreach (V1ContainerStatus status in regular)
        {
            if (status.State.Running is not null)
                running++;
            else if (status.State.Terminated is { } ended)
                Count(ended.ExitCode, ref stopped, ref succeeded);
            else if (status.LastState?.Terminated is not null)
                stopped++;
            else
                waiting++;
        }
        if (waiting > 0 && !(isOver && stopped > 0))
            return isOver && running == 0 ? Failed : Pending;
        if (running > 0)
            return Running;
        if (stopped == 0)
            return Pending;
        if (isOver || policy == "Never")
            return succeeded == regular.Count ? Succeeded : Failed;
        return policy == "OnFailure" && succeeded == stopped ? Succeeded : Running;
    }

    public static bool IsTerminal(string? phase) => phase is Succeeded or Failed;

    private static void Count(int exitCode, ref int stopped, ref int succeeded)
    {
        stopped++;
        if (exitCode == 0)
            succeeded++;
    }

    /// <summary>Null when initialisation is through and the regular containers decide.</summary>
    private static string? InitPhase(V1Pod pod, IList<V1ContainerStatus> init, IList<V1ContainerStatus> regular, string policy, bool isOver)
    {
        bool anyRegularRan = regular.Any(status => status.State.Running is not null || status.State.Terminated is not null || status.LastState?.Terminated is not null);
        foreach (PodContainer container in PodContainer.InitOf(pod))
        {
            V1ContainerStatus? status = init.FirstOrDefault(item => item.Name == container.Name);
            if (container.Kind == ContainerKind.Sidecar)
            {
                if (!anyRegularRan && status?.Started != true)
                    return isOver ? Failed : Pending;
                continue;
            }
            if (status?.State.Terminated is { ExitCode: 0 } || anyRegularRan)
                continue;
            bool failed = status?.State.Terminated is not null && policy == "Never";
            return failed || isOver ? Failed : Pending;
        }
        return null;
    }
}
