// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>Decides what to do for a pod (kubernetes pkg/kubelet/kuberuntime computePodActions). Pure: the same view gives the same plan.</summary>
internal sealed class PodPlanner(PodView view, ProbeVerdicts probes)
{
    private readonly List<PodContainer> _start = [];
    private readonly List<ContainerToKill> _kill = [];

    private V1Pod Pod => view.Pod;

    private string RestartPolicy => Pod.Spec.RestartPolicy ?? "Always";

    public PodPlan Plan()
    {
        if (view.Sandbox is null)
            return PlanSandbox();
        foreach (PodContainer container in PodContainer.EphemeralOf(Pod).Where(container => view.Latest(container.Name) is null))
            _start.Add(container);
        if (InitFailed())
            return new PodPlan { KillPod = true };
        if (!PlanInit())
            return Result();
        return PlanRegular() ? Result() : new PodPlan { KillPod = true };
    }

    /// <summary>Whether a container that does not run should be started (again).</summary>
    public static bool ShouldStart(PodContainer container, ContainerStatus? latest, string restartPolicy)
    {
        if (latest is null || latest.State == ContainerState.Created)
            return true;
        if (latest.State == ContainerState.Running || container.Kind == ContainerKind.Ephemeral)
            return false;
        return container.Kind switch
        {
            ContainerKind.Sidecar => true,
            ContainerKind.Init => latest.ExitCode != 0 && restartPolicy != "Never",
            _ => restartPolicy == "Always" || (restartPolicy == "OnFailure" && latest.ExitCode != 0),
        };
    }

    private PodPlan Result() => new() { Start = _start, Kill = _kill };

    /// <summary>There is no sandbox, or it died: a new one, unless the pod has done its work.</summary>
    private PodPlan PlanSandbox()
    {
        bool ranBefore = view.Containers.Count > 0;
        bool goesOn = RestartPolicy != "Never"
            && PodContainer.RegularOf(Pod).Any(container => ShouldStart(container, Settled(view.Latest(container.Name)), RestartPolicy));
        if (ranBefore && !goesOn)
            return new PodPlan { KillPod = true };
        return new PodPlan
        {
            KillPod = view.Sandboxes.Count > 0, CreateSandbox = true,
            SandboxAttempt = view.Sandboxes.Count > 0 ? view.Sandboxes[0].Spec.Attempt + 1 : 0,
        };
    }

    /// <summary>Without its sandbox nothing runs, whatever was known last.</summary>
    private static ContainerStatus? Settled(ContainerStatus? status) =>
        status is { State: ContainerState.Running } ? status with { State = ContainerState.Exited, ExitCode = 137 } : status;

    private bool InitFailed() => RestartPolicy == "Never" && !HasInitialized() && PodContainer.InitOf(Pod).Any(container =>
        container.Kind == ContainerKind.Init && InThisSandbox(view.Latest(container.Name)) is { State: ContainerState.Exited, ExitCode: not 0 });

    /// <summary>True when all init containers are through, so that the regular ones may run.</summary>
    private bool PlanInit()
    {
        bool initialized = HasInitialized();
        foreach (PodContainer container in PodContainer.InitOf(Pod))
        {
            ContainerStatus? latest = InThisSandbox(view.Latest(container.Name));
            if (container.Kind == ContainerKind.Sidecar)
            {
                if (!PlanSidecar(container, latest) && !initialized)
                    return false;
            }
            else if (!initialized && latest is not { State: ContainerState.Exited, ExitCode: 0 })
            {
                if (ShouldStart(container, latest, RestartPolicy))
                    _start.Add(container);
                return false;
            }
        }
        return true;
    }

    /// <summary>True when the sidecar is up, so that what comes after it may start.</summary>
    private bool PlanSidecar(PodContainer container, ContainerStatus? latest)
    {
        if (latest is not { State: ContainerState.Running })
        {
            _start.Add(container);
            return false;
        }
        if (FailedProbe(container, latest) is not { } failed)
            return probes.IsStarted(latest);
        _kill.Add(failed);
        return false;
    }

    /// <summary>False when nothing runs and nothing will: the pod is over.</summary>
    private bool PlanRegular()
    {
        bool goesOn = false;
        foreach (PodContainer container in PodContainer.RegularOf(Pod))
        {
            ContainerStatus? latest = view.Latest(container.Name);
            if (latest is not { State: ContainerState.Running })
            {
                if (!ShouldStart(container, latest, RestartPolicy))
                    continue;
                _start.Add(container);
            }
            else if (FailedProbe(container, latest) is { } failed)
            {
                _kill.Add(failed);
            }
            goesOn = true;
        }
        return goesOn;
    }

    private ContainerToKill? FailedProbe(PodContainer container, ContainerStatus latest)
    {
        string then = RestartPolicy == "Never" && container.Kind != ContainerKind.Sidecar ? "" : ", will be restarted";
        if (probes.LivenessFailed.Contains(latest.Id))
            return new ContainerToKill(container, latest, container.Spec.LivenessProbe, $"Container {container.Name} failed liveness probe{then}");
        return probes.StartupFailed.Contains(latest.Id)
            ? new ContainerToKill(container, latest, container.Spec.StartupProbe, $"Container {container.Name} failed startup probe{then}")
            : null;
    }

    /// <summary>Regular containers only come after all init containers: one of them in this sandbox tells that the others are through.</summary>
    private bool HasInitialized() =>
        PodContainer.RegularOf(Pod).Any(container => InThisSandbox(view.Latest(container.Name)) is { State: not ContainerState.Created });

    private ContainerStatus? InThisSandbox(ContainerStatus? status) => status is not null && status.SandboxId == view.Sandbox?.Id ? status : null;
}
