// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Fleet;

/// <summary>A cluster's health seen two ways: whether its API answers, and whether what runs there serves. Replaced as a whole, read by anybody.</summary>
internal sealed class FleetHealth
{
    private volatile ApiHealth _api = new("unknown", "", null, null, "");
    private volatile WorkloadHealth _workloads = new("unknown", "", null);

    public ApiHealth Api { get => _api; set => _api = value; }

    public WorkloadHealth Workloads { get => _workloads; set => _workloads = value; }
}

/// <param name="State"><c>unknown</c>, <c>reachable</c> or <c>unreachable</c>.</param>
/// <param name="Since">When it came into that state.</param>
/// <param name="Millis">How long the last answer took.</param>
/// <param name="Version">As the cluster says it.</param>
internal sealed record ApiHealth(string State, string Message, DateTimeOffset? Since, long? Millis, string Version);

/// <param name="State"><c>unknown</c>, <c>serving</c>, <c>degraded</c> (some have less than they ask for) or <c>failing</c> (some have nothing).</param>
internal sealed record WorkloadHealth(string State, string Message, DateTimeOffset? Since);
