// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>Which runs are wanted; what is empty or null does not matter.</summary>
public sealed record RunQuery
{
    public const int MaxLimit = 10_000;

    public string Namespace { get; init; } = "";
    public string Pod { get; init; } = "";
    public string PodUid { get; init; } = "";
    public string Container { get; init; } = "";
    public string Node { get; init; } = "";

    /// <summary><c>Job/backup</c>, <c>backup</c> of any kind, or a beginning: <c>Job/backup*</c>.</summary>
    public string Owner { get; init; } = "";
    public string Reason { get; init; } = "";

    /// <summary>True: only those that failed; false: only those that did not.</summary>
    public bool? Failed { get; init; }
    public int? ExitCode { get; init; }
    public bool PinnedOnly { get; init; }

    /// <summary>A part of <c>NAMESPACE/POD.CONTAINER</c>.</summary>
    public string Contains { get; init; } = "";

    /// <summary>Bounds of when a run ended: from, and before.</summary>
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }

    public int Limit { get; init; } = 500;

    /// <summary>Of an earlier page; empty: the newest runs.</summary>
    public string Continue { get; init; } = "";
}
