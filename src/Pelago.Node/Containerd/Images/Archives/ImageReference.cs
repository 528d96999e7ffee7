// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>Names of images, as people shorten them and as containerd knows them: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>.</summary>
internal static partial class ImageReference
{
    private const int MaxLength = 255;
    private const string DefaultHost = "docker.io";

    /// <summary>The whole name. An <see cref="ArchiveException"/> says what is wrong with it.</summary>
    public static string Parse(string text) =>
        TryParse(text) ?? throw new ArchiveException($"\"{TarScanner.Shown(text)}\" is no name of an image: it should look like registry.example.com/team/app:1.2");

    public static string? TryParse(string text)
    {
        if (text.Length > MaxLength || Pattern().Match(text) is not { Success: true } parts)
            return null;
        string path = parts.Groups["path"].Value;
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        bool hasHost = slash > 0 && (path.AsSpan(0, slash).ContainsAny('.', ':') || path[..slash] == "localhost");
        if (!hasHost)
            path = $"{DefaultHost}/{(slash < 0 ? "library/" : "")}{path}";
        else if (path.StartsWith("index.docker.io/", StringComparison.Ordinal))
            path = DefaultHost + path["index.docker.io".Length..];
        if (path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..].Any(char.IsAsciiLetterUpper))
            return null;
        string tag = parts.Groups["tag"].Value, digest = parts.Groups["digest"].Value;
        if (tag.Length == 0 && digest.Length == 0)
            tag = ":latest";
        return path + tag + digest;
    }

    // host with port, lower-case path, tag, digest (distribution reference/regexp.go has the grammar)
    [GeneratedRegex("""^(?<path>(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?<tag>:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(?<digest>@sha256:[0-9a-f]{64})?\z""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
