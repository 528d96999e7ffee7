// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>One attempt of one container that has ended: what is to be kept of it.</summary>
public sealed record FinishedRun
{
    public required string Namespace { get; init; }
    public required string Pod { get; init; }
    public required string PodUid { get; init; }
    public required string Container { get; init; }

    /// <summary>Counts the attempts at the same container of the same pod, from 0.</summary>
    public int Attempt { get; init; }

    /// <summary>The workload that it belongs to, <c>Job/backup</c>; empty: nobody's.</summary>
    public string Owner { get; init; } = "";
    public string Node { get; init; } = "";
    public DateTimeOffset? Started { get; init; }
    public required DateTimeOffset Finished { get; init; }
    public int ExitCode { get; init; }

    /// <summary>Completed, Error, OOMKilled, … as the container's status says.</summary>
    public string Reason { get; init; } = "";
    public string Message { get; init; } = "";

    /// <summary>A JSON document with the pod's metadata and spec, kept once for all runs that have the same; empty: unknown.</summary>
    public ReadOnlyMemory<byte> Spec { get; init; }

    /// <summary>The files of its log in the CRI format, oldest first. Those that are not there have nothing.</summary>
    public IReadOnlyList<string> LogFiles { get; init; } = [];

    /// <summary>Why the log is missing or not whole as far as the caller knows, of <see cref="LogLoss"/>; empty: it is whole.</summary>
    public string LogLoss { get; init; } = "";
}
