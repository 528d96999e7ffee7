// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Packages.Repositories;

/// <summary>A repository that somebody added.</summary>
/// <param name="Name">Letters, digits, dots and dashes; also the name of the folder that keeps it.</param>
/// <param name="Uri">A folder or file here, or an HTTP(S) address.</param>
/// <param name="Key">The public key (PEM) that has to have signed it; null when it is taken unsigned.</param>
public sealed record RepositoryEntry(string Name, string Uri, string? Key)
{
    /// <summary>An entry as somebody wrote it: paths and <c>file://</c> become absolute paths, so that they mean the same from anywhere. Addresses stay.</summary>
    public static RepositoryEntry Of(string name, string uri, string? key)
    {
        if (!uri.Contains("://", StringComparison.Ordinal))
            return new RepositoryEntry(name, Path.GetFullPath(uri), key);
        bool isFile = System.Uri.TryCreate(uri, UriKind.Absolute, out Uri? parsed) && parsed is { IsFile: true, IsLoopback: true };
        return new RepositoryEntry(name, isFile ? System.Uri.UnescapeDataString(parsed!.AbsolutePath) : uri, key);
    }

    /// <summary>Whether a text can name a repository; names become folders.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}
