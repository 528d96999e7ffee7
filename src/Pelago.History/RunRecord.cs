// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>A run as history has it.</summary>
public sealed record RunRecord
{
    /// <summary>Unique over all runs: pod, container and a number made of pod uid, container and attempt.</summary>
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public required string Pod { get; init; }
    public required string PodUid { get; init; }
    public required string Container { get; init; }
    public required int Attempt { get; init; }
    public required string Owner { get; init; }
    public required string Node { get; init; }
    public DateTimeOffset? Started { get; init; }
    public required DateTimeOffset Finished { get; init; }
    public required int ExitCode { get; init; }
    public required string Reason { get; init; }
    public required string Message { get; init; }

    /// <summary>Bytes of its log as the node wrote it, and whole lines.</summary>
    public required long LogBytes { get; init; }
    public required long LogLines { get; init; }

    /// <summary>Of <see cref="History.LogLoss"/>; empty: the log is whole.</summary>
    public required string LogLoss { get; init; }
    public required bool Pinned { get; init; }
    public bool Failed => ExitCode != 0;

    /// <summary>The day file that it is in, and its place there.</summary>
    internal DateOnly Day { get; init; }
    internal long Id { get; init; }
}

/// <summary>Some runs, newest first. <paramref name="Continue"/> is for the next query; empty after the last.</summary>
public sealed record RunPage(IReadOnlyList<RunRecord> Items, string Continue)
{
    /// <summary>What is not in it and should be: a sentence for each place that could not be asked.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}
