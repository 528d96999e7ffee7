// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace Pelago.Packages.Repositories;

/// <summary>A repository that somebody added.</summary>
/// <param name="Name">Printable ASCII that begins with a letter or a digit.</param>
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

    /// <summary>Whether a server is asked for it.</summary>
    public static bool IsHttp(string uri) => System.Uri.TryCreate(uri, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https";

    /// <summary>Whether a text can name a repository: people's words, as other package managers have them, in ASCII and without slashes.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => c is >= ' ' and <= '~' and not ('/' or '\\')) && name[^1] != ' ';

    /// <summary>The name of the folder that keeps one: its own name where that can be one.</summary>
    internal static string FolderOf(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
        ? name
        : $"~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
}
