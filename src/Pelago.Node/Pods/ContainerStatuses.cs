// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>
/// Writes the container statuses of a pod (kubernetes pkg/kubelet convertToAPIContainerStatuses). What the runtime no longer knows is kept from what
/// the API server has.
/// </summary>
internal sealed class ContainerStatuses(PodView view, ProbeVerdicts probes, IReadOnlyDictionary<string, WaitingReason> waiting, string runtimeName)
{
    private string RestartPolicy => view.Pod.Spec.RestartPolicy ?? "Always";

    private bool HasInit => view.Pod.Spec.InitContainers is { Count: > 0 };

    public List<V1ContainerStatus> Of(IReadOnlyList<PodContainer> containers, IList<V1ContainerStatus>? old, bool isTerminating)
    {
        var statuses = new List<V1ContainerStatus>(containers.Count);
        foreach (PodContainer container in containers)
            statuses.Add(Of(container, old?.FirstOrDefault(status => status.Name == container.Name), isTerminating));
        return statuses;
    }

    private V1ContainerStatus Of(PodContainer container, V1ContainerStatus? old, bool isTerminating)
    {
        ContainerStatus? latest = view.Latest(container.Name);
        V1ContainerStatus status = latest is null ? Unknown(container, old, isTerminating) : Known(container, latest, old);
        bool restarts = !isTerminating && PodPlanner.ShouldStart(container, latest, RestartPolicy);
        if (restarts && waiting.TryGetValue(container.Name, out WaitingReason why))
        {
            if (status.State.Terminated is not null)
                status.LastState = status.State;
            status.State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = why.Reason, Message = why.Message } };
        }
        return status;
    }

    private V1ContainerStatus Known(PodContainer container, ContainerStatus latest, V1ContainerStatus? old)
    {
        ContainerStatus? previous = view.Attempts(container.Name).Skip(1).FirstOrDefault(attempt => attempt.State == ContainerState.Exited);
        return new V1ContainerStatus
        {
            Name = container.Name, Image = container.Spec.Image ?? "", ImageID = latest.ImageId, ContainerID = $"{runtimeName}://{latest.Id}",
            RestartCount = Math.Max(latest.Attempt, old?.RestartCount ?? 0),
            State = StateOf(latest),
            LastState = previous is not null ? StateOf(previous) : old?.LastState ?? new V1ContainerState(),
            Started = IsStarted(container, latest),
            Ready = IsReady(container, latest),
        };
    }

    private bool IsStarted(PodContainer container, ContainerStatus latest) =>
        container.Kind == ContainerKind.Init ? false : probes.IsStarted(latest);

    /// <summary>An init container is ready when it is done.</summary>
    private bool IsReady(PodContainer container, ContainerStatus latest) => container.Kind switch
    {
        ContainerKind.Init => latest is { State: ContainerState.Exited, ExitCode: 0 },
        ContainerKind.Ephemeral => false,
        _ => probes.IsReady(latest),
    };

    /// <summary>Not in the runtime: not made yet, or lost with its records.</summary>
    private V1ContainerStatus Unknown(PodContainer container, V1ContainerStatus? old, bool isTerminating)
    {
        string reason = HasInit && container.Kind != ContainerKind.Ephemeral ? "PodInitializing" : "ContainerCreating";
        var status = new V1ContainerStatus
        {
            Name = container.Name, Image = container.Spec.Image ?? "", ImageID = "", RestartCount = old?.RestartCount ?? 0, Ready = false,
            Started = false, LastState = old?.LastState ?? new V1ContainerState(),
            State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason } },
        };
        if (old?.State?.Terminated is not null)
        {
            status.State = old.State;
            status.ContainerID = old.ContainerID;
            status.Ready = old.Ready && container.Kind == ContainerKind.Init;
        }
        else if (old?.State?.Running is not null && isTerminating)
        {
            status.ContainerID = old.ContainerID;
            status.State = new V1ContainerState
            {
                Terminated = new V1ContainerStateTerminated
                {
                    Reason = "ContainerStatusUnknown", ExitCode = 137,
                    Message = "The container could not be located when the pod was terminated",
                },
            };
        }
        return status;
    }

    private V1ContainerState StateOf(ContainerStatus status)
    {
        switch (status.State)
        {
            case ContainerState.Running:
                return new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = Seconds(status.StartedAt) } };
            case ContainerState.Exited:
                return new V1ContainerState
                {
                    Terminated = new V1ContainerStateTerminated
                    {
                        ExitCode = status.ExitCode, Reason = status.Reason, Message = status.Message.Length > 0 ? status.Message : null,
                        StartedAt = Seconds(status.StartedAt), FinishedAt = Seconds(status.FinishedAt), ContainerID = $"{runtimeName}://{status.Id}",
                    },
                };
            default:
                return new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ContainerCreating" } };
        }
    }

    public static DateTime? Seconds(DateTimeOffset? time) =>
        time is { } value ? new DateTime(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc) : null;
}
