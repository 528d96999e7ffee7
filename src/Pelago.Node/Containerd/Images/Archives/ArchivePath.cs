// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>Names in archives: relative, and never upwards.</summary>
internal static class ArchivePath
{
    private const int MaxLength = 4096;

    /// <summary>Why a name may not be in an archive; null when it may.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0)
            return "has no name";
        if (name.Length > MaxLength)
            return $"has a name of more than {MaxLength} characters";
        if (name.Contains('\0', StringComparison.Ordinal))
            return "has a NUL in its name";
        if (name[0] == '/')
            return "has an absolute name";
        return name.Split('/').Contains("..") ? "has '..' in its name" : null;
    }

    /// <summary>Without dots and doubled slashes: <c>./a//b/</c> is <c>a/b</c>.</summary>
    public static string Plain(string name) => string.Join('/', name.Split('/').Where(part => part is not ("" or ".")));

    /// <summary>What a symbolic link at a name leads to; null when that is outside.</summary>
    public static string? Follow(string name, string target)
    {
        if (target.Length == 0 || target[0] == '/')
            return null;
        List<string> parts = [.. Plain(name).Split('/').SkipLast(1)];
        foreach (string part in target.Split('/').Where(part => part is not ("" or ".")))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count == 0)
                return null;
            else
                parts.RemoveAt(parts.Count - 1);
        }
        return string.Join('/', parts);
    }
}
