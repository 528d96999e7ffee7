// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Controllers;

/// <summary>How the controllers of one cluster behave; the times are kube-controller-manager's defaults.</summary>
internal sealed record ControllerOptions
{
    public static readonly ControllerOptions Default = new();
    public int WorkersPerController { get; init; } = 5;

    /// <summary>A node silent for this long is no longer Ready.</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Where the built-in provisioner makes directories; null leaves provisioning to others.</summary>
    public string? VolumeRoot { get; init; }

    /// <summary>The PEM bundle published as <c>kube-root-ca.crt</c> in every namespace; null publishes none.</summary>
    public string? RootAuthorityPem { get; init; }

    /// <summary>Finished pods above this count are deleted, oldest first.</summary>
    public int FinishedPodsKept { get; init; } = 12500;
}
