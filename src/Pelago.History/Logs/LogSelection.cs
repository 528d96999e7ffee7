// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.History;

/// <summary>Which part of a log is wanted, in the words of core/v1 PodLogOptions.</summary>
public sealed record LogSelection
{
    /// <summary>Each line begins with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only the last so many lines; null: all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Ends after so many bytes, in the middle of a line if need be.</summary>
    public long? LimitBytes { get; init; }

    /// <summary><c>stdout</c> or <c>stderr</c>; empty: both.</summary>
    public string Stream { get; init; } = "";

    /// <summary>As a query's parameters, as <see cref="Api.HistoryEndpoint"/> reads them.</summary>
    internal string ToQuery() => string.Create(
        CultureInfo.InvariantCulture,
        $"timestamps={(Timestamps ? "true" : "false")}&tailLines={TailLines}&limitBytes={LimitBytes}&stream={Stream switch { "stdout" => "Stdout", "stderr" => "Stderr", _ => "All" }}");
}
