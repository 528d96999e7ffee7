// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>Which Lease is fought over, by whom, and how patiently; the times are client-go's.</summary>
public sealed record LeaderElectionOptions
{
    public required string Namespace { get; init; }
    public required string LeaseName { get; init; }

    /// <summary>Unique among the candidates: host and process, or the pod's name.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait, after the last renewal they saw, before they take the Lease.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The leader gives up when it could not renew for this long; shorter than <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
