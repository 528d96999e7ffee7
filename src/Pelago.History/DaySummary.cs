// SPDX-License-Identifier: Apache-2.0

namespace Pelago.History;

/// <summary>What history has of one day. Bytes of logs as they were written (each once) and as they are kept, and of all its files.</summary>
public sealed record DaySummary(DateOnly Day, long Runs, long Failed, long Pinned, long LogBytes, long LogSize, long Bytes)
{
    /// <summary>Of the same day in another place, too.</summary>
    internal DaySummary And(DaySummary other) => new(
        Day, Runs + other.Runs, Failed + other.Failed, Pinned + other.Pinned, LogBytes + other.LogBytes, LogSize + other.LogSize, Bytes + other.Bytes);
}

/// <summary>Days, newest first.</summary>
public sealed record DayPage(IReadOnlyList<DaySummary> Items)
{
    /// <summary>What is not in it and should be: a sentence for each place that could not be asked.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}
