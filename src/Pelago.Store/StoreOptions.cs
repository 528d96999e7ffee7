// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pelago.Store;

/// <summary>When a write counts as durable.</summary>
public enum Durability
{
    /// <summary>After the operating system has put it on the disk: survives a power cut.</summary>
    Full,

    /// <summary>After it was handed to the operating system: survives the end of the process at any instant; a power cut may take the last seconds.</summary>
    Fast,
}

/// <summary>How a store behaves. The defaults are those of a daemon.</summary>
public sealed record StoreOptions
{
    /// <summary>Most writes of one call.</summary>
    public const int MaxWritesTogether = 10_000;

    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>
    /// Length of the write-ahead log: when it is full, it is copied into the state file and written again from its start. It is allocated
    /// when the store opens (with <see cref="Durability.Full"/>), for commits into a growing file are several times slower.
    /// </summary>
    public long WriteAheadBytes { get; init; } = 32L << 20;

    /// <summary>Expiry and compaction go by this clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Events that one resource keeps in memory; also how far a watch may fall behind.</summary>
    public int HistoryEvents { get; init; } = 100_000;

    /// <summary>Bytes of events that all resources together keep in memory, about.</summary>
    public long HistoryBytes { get; init; } = 128L << 20;

    /// <summary>How often old history is let go of; what is younger than this stays. <see cref="TimeSpan.Zero"/>: never.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>This many of the newest revisions stay, however old.</summary>
    public int RetainedRevisions { get; init; } = 1_000;

    /// <summary>Where the store fails on purpose, for tests; null reads the environment variable <c>PELAGO_FAILPOINTS</c>.</summary>
    public Failpoints? Failpoints { get; init; }

    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
