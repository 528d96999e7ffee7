// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using Pelago.Cli.Local;

namespace Pelago.Cli.Images.Building;

/// <summary>Names of images, short as people write them and whole as nodes know them.</summary>
internal static partial class ImageNames
{
    private const int MaxLength = 255;

    /// <summary>The image of this version of Pelago.</summary>
    public static string Default => $"pelago:{VersionCommand.Version}";

    /// <summary><c>pelago:1</c> is <c>docker.io/library/pelago:1</c>; null for what is no name with a tag.</summary>
    public static string? Whole(string name)
    {
        if (name.Length > MaxLength || !Pattern().IsMatch(name))
            return null;
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        bool hasHost = slash > 0 && (name.AsSpan(0, slash).ContainsAny('.', ':') || name[..slash] == "localhost");
        string tagged = name.LastIndexOf(':') > name.LastIndexOf('/') ? name : name + ":latest";
        return hasHost ? tagged : $"docker.io/{(slash < 0 ? "library/" : "")}{tagged}";
    }

    [GeneratedRegex("""^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?\z""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
