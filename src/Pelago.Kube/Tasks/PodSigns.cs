// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>What a pod says of itself that decides the states of its tasks.</summary>
internal record struct PodSigns(string? Phase, string? Reason, bool IsBound, bool IsDeleting)
{
    /// <param name="now">What its node says of the container.</param>
    public readonly TaskState StateOf(ContainerRun now)
    {
        // An end that was reached stays, whatever becomes of the pod.
        if (now.Phase == ContainerPhase.Terminated)
            return now.ExitCode == 0 ? TaskState.Finished : TaskState.Failed;
        if (Phase == "Failed")
            return TaskState.Failed;
        if (Phase == "Succeeded")
            return TaskState.Finished;
        if (Phase == "Unknown" || Reason == "NodeLost")
            return TaskState.Lost;
        if (IsDeleting)
            return TaskState.Terminating;
        if (now.Phase == ContainerPhase.Running)
            return TaskState.Running;
        if (!IsBound)
            return TaskState.Pending;
        return now.Reason is "" or "ContainerCreating" or "PodInitializing" ? TaskState.Starting : TaskState.Waiting;
    }
}
