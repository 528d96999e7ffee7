// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Repositories;

/// <summary>A repository that somebody added.</summary>
/// <param name="Name">Letters, digits, dots and dashes; also the name of the folder that keeps it.</param>
/// <param name="Uri">A folder or file here, or an HTTP(S) address.</param>
/// <param name="Key">The public key (PEM) that has to have signed it; null when it is taken unsigned.</param>
public sealed record RepositoryEntry(string Name, string Uri, string? Key)
{
    /// <summary>Whether a text can name a repository; names become folders.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}
