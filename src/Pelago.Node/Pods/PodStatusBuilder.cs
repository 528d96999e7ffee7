// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Probing;

namespace Pelago.Node.Pods;

/// <summary>An end that the node decided: DeadlineExceeded, Evicted, an admission refusal.</summary>
internal readonly record struct PodVerdict(string Reason, string Message);

/// <summary>What a status is made of besides the pod and the runtime's view.</summary>
internal sealed record StatusInputs
{
    public required ProbeVerdicts Probes { get; init; }
    public required IReadOnlyDictionary<string, WaitingReason> Waiting { get; init; }
    public required string RuntimeName { get; init; }
    public required string HostAddress { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>The pod is being deleted or has been ended by a verdict: nothing is started any more.</summary>
    public bool IsTerminating { get; init; }

    /// <summary>Nothing of it runs and nothing will.</summary>
    public bool IsOver { get; init; }
    public PodVerdict? Verdict { get; init; }
}

/// <summary>Writes the whole status that the node wants a pod to have.</summary>
internal static class PodStatusBuilder
{
    public static V1PodStatus Build(PodView view, StatusInputs inputs)
    {
        V1Pod pod = view.Pod;
        DateTime now = ContainerStatuses.Seconds(inputs.Now)!.Value;
        var statuses = new ContainerStatuses(view, inputs.Probes, inputs.Waiting, inputs.RuntimeName);
        IReadOnlyList<PodContainer> init = PodContainer.InitOf(pod);
        IReadOnlyList<PodContainer> ephemeral = PodContainer.EphemeralOf(pod);
        var status = new V1PodStatus
        {
            ContainerStatuses = statuses.Of(PodContainer.RegularOf(pod), pod.Status?.ContainerStatuses, inputs.IsTerminating),
            InitContainerStatuses = init.Count == 0 ? null : statuses.Of(init, pod.Status?.InitContainerStatuses, inputs.IsTerminating),
            EphemeralContainerStatuses = ephemeral.Count == 0
                ? null
                : statuses.Of(ephemeral, pod.Status?.EphemeralContainerStatuses, inputs.IsTerminating),
            StartTime = pod.Status?.StartTime ?? now,
            HostIP = inputs.HostAddress,
            HostIPs = [new V1HostIP { Ip = inputs.HostAddress }],
            QosClass = pod.Status?.QosClass ?? QualityOfService.Of(pod),
            Reason = inputs.Verdict?.Reason ?? pod.Status?.Reason,
            Message = inputs.Verdict?.Message ?? pod.Status?.Message,
        };
        status.Phase = PhaseOf(pod, status, inputs);
        string address = view.Sandbox is null ? pod.Status?.PodIP ?? "" : view.Sandbox.Spec.HostNetwork ? inputs.HostAddress : view.Sandbox.Address;
        if (address.Length > 0)
        {
            status.PodIP = address;
            status.PodIPs = [new V1PodIP { Ip = address }];
        }
        status.Conditions = PodConditions.Of(pod, status, view.Sandbox is not null, now);
        return status;
    }

    private static string PhaseOf(V1Pod pod, V1PodStatus status, StatusInputs inputs)
    {
        if (inputs.Verdict is not null)
            return PodPhase.Failed;
        // A pod that is over stays over, whatever is left to see of it.
        if (PodPhase.IsTerminal(pod.Status?.Phase))
            return pod.Status!.Phase;
        return PodPhase.Of(pod, status.InitContainerStatuses ?? [], status.ContainerStatuses, inputs.IsOver);
    }
}
