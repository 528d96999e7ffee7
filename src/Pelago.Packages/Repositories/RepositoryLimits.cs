// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Repositories;

/// <summary>What one repository may cost before it is given up for this time.</summary>
public sealed record RepositoryLimits
{
    public static readonly RepositoryLimits Default = new();

    /// <summary>From the first byte asked for to the last one received.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of a document, after decompression, or of all files of a folder. The whole public Universe has 30 MB.</summary>
    public int Bytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Of packages in one repository, counting every revision.</summary>
    public int Revisions { get; init; } = 50_000;

    /// <summary>Of a folder: what lies in the folders that lead to packages, packages or not.</summary>
    public int Entries { get; init; } = 500_000;
}
