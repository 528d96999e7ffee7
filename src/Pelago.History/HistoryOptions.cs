// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.History.Storage;

namespace Pelago.History;

/// <summary>Where history is, and how much of it.</summary>
public sealed record HistoryOptions
{
    /// <summary>Made when absent.</summary>
    public required string Directory { get; init; }
    public RetentionPolicy Retention { get; init; } = new();

    /// <summary>An acknowledged run survives a loss of power; false: only the death of the process.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Of the log of one run.</summary>
    public long MaxLogBytes { get; init; } = 64 << 20;

    /// <summary>Where days go that have ended; null: nowhere but here.</summary>
    public IObjectStorage? Archive { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}

/// <summary>What is dropped, oldest days first. Pinned runs stay.</summary>
public sealed record RetentionPolicy
{
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Of runs that failed, which are asked for longest.</summary>
    public TimeSpan MaxFailedAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Of all files.</summary>
    public long MaxBytes { get; init; } = 20L << 30;

    /// <summary>Of them, what is kept free for logs that come until something is dropped again.</summary>
    internal long Spare => MaxBytes / 16;
}
