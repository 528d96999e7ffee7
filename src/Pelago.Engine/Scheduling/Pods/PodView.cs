// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What the scheduler remembers of a pod: small, because there may be tens of thousands. Immutable.</summary>
internal sealed record PodView
{
    public required ObjectKey Key { get; init; }
    public required string Uid { get; init; }
    public required string ResourceVersion { get; init; }
    public required PodClass Class { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Empty until it is bound.</summary>
    public string NodeName { get; init; } = "";
    public string NominatedNodeName { get; init; } = "";
    public string SchedulerName { get; init; } = "";

    /// <summary>Succeeded or Failed: it takes nothing from its node any more.</summary>
    public bool IsTerminated { get; init; }
    public bool IsDeleting { get; init; }

    /// <summary>Somebody else has to remove a scheduling gate first.</summary>
    public bool IsGated { get; init; }

    /// <summary>The message of a PodScheduled condition that is False; null if there is none.</summary>
    public string? UnschedulableMessage { get; init; }

    /// <summary>When it began to run, for choosing victims; its creation until then.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The ports of its node that it was given; null when it asked for none, or has no node yet.</summary>
    public HostPortAllocation? Ports { get; init; }

    public bool HasPorts => Ports is not null || Class.HostPorts.Length > 0;

    public int Priority => Class.Priority;
}
