// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>A file of a task, as a walk found it.</summary>
public sealed record TaskFile
{
    /// <summary>From where the walk began, with slashes; empty for that place itself.</summary>
    public required string Path { get; init; }

    /// <summary>The letter of find -type: f, d, l, p, s, b, c.</summary>
    public char Type { get; init; } = 'f';

    /// <summary>In bytes; of a directory in a sum of what is taken: of all files in it.</summary>
    public long Size { get; init; }

    /// <summary>What it takes on the disk, in bytes.</summary>
    public long Allocated { get; init; }

    /// <summary>The twelve bits of permissions.</summary>
    public int Mode { get; init; }
    public long Links { get; init; }
    public long User { get; init; }
    public long Group { get; init; }
    public DateTimeOffset Modified { get; init; }

    /// <summary>Where a link leads.</summary>
    public string? Target { get; init; }

    /// <summary>How one asks for what a walk found.</summary>
    /// <param name="start">Where the walk began.</param>
    /// <param name="path">From there; empty for that place itself.</param>
    public static string Join(string start, string path) => path.Length == 0 ? start : $"{start.TrimEnd('/')}{(start.Length > 0 ? "/" : "")}{path}";
}
