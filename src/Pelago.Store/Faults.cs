// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Store;

/// <summary>The asked revision lies before the compaction floor.</summary>
public sealed class HistoryGoneException(long asked, long floor)
    : Exception($"revision {asked} is compacted away; history begins at {floor}")
{
    public long Floor { get; } = floor;
}

/// <summary>A watch reader fell further behind than the store keeps events for it.</summary>
public sealed class WatchLaggedException() : Exception("the reader of this watch fell too far behind");

/// <summary>A commit failed (disk full, read-only, I/O error): nothing of it was published. The message says what to do.</summary>
public sealed class StoreFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why, for those whom the message is not for: without the paths of the machine. It goes on after "the store refused it: ".</summary>
    public string Cause { get; init; } = "it met a fault, which is logged";
}

/// <summary>The state cannot be opened: locked by another daemon, corrupt, or of a newer version. The message says which and what to do.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The file is there and is not what was written: whoever knows where a copy may be and what else is in the home says so.</summary>
    public bool IsDamaged { get; init; }
}
