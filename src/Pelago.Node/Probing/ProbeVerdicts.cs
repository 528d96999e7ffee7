// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Probing;

/// <summary>What probes say of the containers of one pod, at one moment.</summary>
internal sealed record ProbeVerdicts
{
    public static readonly ProbeVerdicts None = new();

    /// <summary>Container ids whose liveness probe failed for good.</summary>
    public IReadOnlySet<string> LivenessFailed { get; init; } = new HashSet<string>();

    /// <summary>Container ids whose startup probe failed for good.</summary>
    public IReadOnlySet<string> StartupFailed { get; init; } = new HashSet<string>();

    /// <summary>Container ids that run and whose startup probe has not succeeded yet.</summary>
    public IReadOnlySet<string> Starting { get; init; } = new HashSet<string>();

    /// <summary>Container ids whose readiness probe has not succeeded, or not lately.</summary>
    public IReadOnlySet<string> Unready { get; init; } = new HashSet<string>();

    public bool IsStarted(ContainerStatus status) => status.State == ContainerState.Running && !Starting.Contains(status.Id);

    public bool IsReady(ContainerStatus status) => IsStarted(status) && !Unready.Contains(status.Id);
}
