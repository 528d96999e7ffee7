// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Logs;

/// <summary>Which part of a container's log is wanted, as PodLogOptions of core/v1 say it.</summary>
internal sealed record LogQuery
{
    /// <summary>Goes on until the container has ended.</summary>
    public bool Follow { get; init; }

    /// <summary>Only the last so many lines; null: all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Only what was written at or after this time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Each line begins with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Ends after so many bytes, in the middle of a line if need be.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Only this stream; null: both.</summary>
    public LogStream? Stream { get; init; }
}
