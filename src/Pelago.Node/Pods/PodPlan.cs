// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>A running container that must end, the probe that said so, and what its Event says.</summary>
internal readonly record struct ContainerToKill(PodContainer Container, ContainerStatus Status, V1Probe? Probe, string Message);

/// <summary>What is to be done for a pod now, in this order.</summary>
internal sealed record PodPlan
{
    /// <summary>Everything of the pod ends: it is done, or its sandbox is gone.</summary>
    public bool KillPod { get; init; }
    public bool CreateSandbox { get; init; }
    public int SandboxAttempt { get; init; }
    public IReadOnlyList<ContainerToKill> Kill { get; init; } = [];
    public IReadOnlyList<PodContainer> Start { get; init; } = [];
}
