// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>Which files below a path are wanted. Null means "any".</summary>
public sealed record FindRequest
{
    /// <summary>A pattern of shells for the last part of the path.</summary>
    public string? Name { get; init; }

    /// <summary>Letters of find -type.</summary>
    public string? Types { get; init; }

    /// <summary>In bytes.</summary>
    public long? Smallest { get; init; }

    /// <summary>In bytes.</summary>
    public long? Biggest { get; init; }
    public DateTimeOffset? NewerThan { get; init; }

    /// <summary>How far down; 1 is what is in the directory itself.</summary>
    public int? Depth { get; init; }
}
