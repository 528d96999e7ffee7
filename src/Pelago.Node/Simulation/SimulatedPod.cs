// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Simulation;

/// <summary>A pod as a simulated node sees it.</summary>
internal static class SimulatedPod
{
    /// <summary>
    /// The pod without what only a process could have or answer: volumes are gone, liveness is given, and readiness and startup ask the stages
    /// instead of an address that leads nowhere.
    /// </summary>
    public static V1Pod Of(V1Pod pod, SimulatedStages stages) => pod with
    {
        Spec = pod.Spec with
        {
            Volumes = null,
            Containers = [.. pod.Spec.Containers.Select(container => Of(container, stages))],
            InitContainers = pod.Spec.InitContainers is null ? null : [.. pod.Spec.InitContainers.Select(container => Of(container, stages))],
        },
    };

    /// <summary>What the pod's container goes through. Annotations are about the regular containers: the others do what lets the pod get on.</summary>
    public static SimulatedStages StagesOf(V1Pod pod, string container, SimulationOptions options, Action<string> ignored)
    {
        ContainerKind kind = PodContainer.AllOf(pod).FirstOrDefault(item => item.Name == container).Kind;
        bool ends = kind != ContainerKind.Sidecar && (pod.Spec.RestartPolicy is "Never" or "OnFailure" || kind != ContainerKind.Regular);
        SimulatedStages stages = ends ? options.Stages with { RunSeconds = options.Stages.RunSeconds ?? options.TaskSeconds } : options.Stages;
        if (kind == ContainerKind.Regular)
            return StageAnnotations.Apply(stages, pod.Metadata.Annotations, ignored);
        return stages with { RunSeconds = kind == ContainerKind.Sidecar ? null : options.TaskSeconds, ExitCode = 0, FailureRate = 0 };
    }

    /// <summary>What an earlier daemon had of the pod, as its status remembers it; null when there was nothing.</summary>
    public static (PodSandboxStatus Sandbox, List<(ContainerStatus Status, Fate Fate)> Containers)? Remembered(V1Pod pod, Func<string, int, Fate> fateOf)
    {
        var spec = new PodSandboxSpec
        {
            Namespace = pod.Metadata.NamespaceProperty, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid, HostNetwork = pod.Spec.HostNetwork == true,
        };
        var sandbox = new PodSandboxStatus
        {
            Id = SimulatedRuntime.SandboxId(spec.Uid, 0), Spec = spec, State = SandboxState.Ready,
            CreatedAt = Utc(pod.Status?.StartTime) ?? default, Address = spec.HostNetwork ? "" : pod.Status?.PodIP ?? "",
        };
        var containers = new List<(ContainerStatus, Fate)>();
        foreach (V1ContainerStatus known in (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []))
        {
            if (Remembered(known, sandbox) is { } status)
                containers.Add((status, fateOf(status.Name, status.Attempt)));
        }
        return containers.Count > 0 ? (sandbox, containers) : null;
    }

    private static ContainerStatus? Remembered(V1ContainerStatus known, PodSandboxStatus sandbox)
    {
        if (known.ContainerID?.StartsWith(SimulatedRuntime.RuntimeName + "://", StringComparison.Ordinal) != true)
            return null;
        var status = new ContainerStatus
        {
            Id = SimulatedRuntime.ContainerId(sandbox.Spec.Uid, known.Name, known.RestartCount), SandboxId = sandbox.Id, PodUid = sandbox.Spec.Uid,
            Name = known.Name, Attempt = known.RestartCount, State = ContainerState.Running, CreatedAt = sandbox.CreatedAt, Image = known.Image ?? "",
        };
        if (known.State?.Running is { StartedAt: { } started })
            return status with { StartedAt = Utc(started) };
        V1ContainerStateTerminated? ended = known.State?.Terminated ?? known.LastState?.Terminated;
        return ended is null ? null : status with
        {
            State = ContainerState.Exited,
            StartedAt = Utc(ended.StartedAt),
            FinishedAt = Utc(ended.FinishedAt),
            ExitCode = ended.ExitCode,
            Reason = ended.Reason ?? "",
            Message = ended.Message ?? "",
        };
    }

    private static V1Container Of(V1Container container, SimulatedStages stages) => container with
    {
        VolumeMounts = null,
        LivenessProbe = null,
        Lifecycle = null,
        StartupProbe = Answered(container.StartupProbe),
        ReadinessProbe = Answered(container.ReadinessProbe ?? (stages.ReadySeconds.Most > 0
            ? new V1Probe { PeriodSeconds = 1, InitialDelaySeconds = (int)Math.Ceiling(stages.ReadySeconds.Least) }
            : null)),
    };

    private static V1Probe? Answered(V1Probe? probe) => probe is null ? null : probe with
    {
        Exec = new V1ExecAction { Command = [SimulatedRuntime.ProbeCommand] },
        HttpGet = null,
        TcpSocket = null,
        Grpc = null,
    };

    private static DateTimeOffset? Utc(DateTime? time) => time is { } value ? new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)) : null;
}
