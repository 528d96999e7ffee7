// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Lines;

/// <summary>Which lines of a text are wanted: the letters of grep.</summary>
public sealed record LineQuery
{
    /// <summary>The longest pattern, in characters.</summary>
    public const int LongestPattern = 4096;

    /// <summary>The most lines of context on either side.</summary>
    public const int MostContext = 1000;

    /// <summary>A regular expression without references back and looks around (it is matched in time that grows with the text alone), or a text.</summary>
    public required string Pattern { get; init; }

    /// <summary>The pattern is a text (-F).</summary>
    public bool Fixed { get; init; }

    /// <summary>Small and capital letters are one (-i).</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>The lines that do not match (-v).</summary>
    public bool Invert { get; init; }

    /// <summary>Only how many there are (-c).</summary>
    public bool CountOnly { get; init; }

    /// <summary>No more than so many (-m); null: all.</summary>
    public long? Most { get; init; }

    /// <summary>Lines before a match (-B).</summary>
    public int Before { get; init; }

    /// <summary>Lines after a match (-A).</summary>
    public int After { get; init; }

    /// <summary>Each line begins with its number (-n).</summary>
    public bool Numbers { get; init; }

    /// <summary>What looks like no text is searched as one (-a).</summary>
    public bool AsText { get; init; }
}
