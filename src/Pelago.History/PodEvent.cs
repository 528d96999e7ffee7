// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>An Event of a pod: clusters forget them after an hour.</summary>
public sealed record PodEvent
{
    /// <summary>Of the Event; recording it again counts up.</summary>
    public required string Uid { get; init; }
    public required string PodUid { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string Type { get; init; } = "";
    public string Reason { get; init; } = "";

    /// <summary>Who says so: kubelet, default-scheduler, …</summary>
    public string Source { get; init; } = "";
    public string Message { get; init; } = "";
    public int Count { get; init; } = 1;
}
