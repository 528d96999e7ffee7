// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Operate.Files;

/// <summary><c>TASK:PATH</c> on a line; a local path that has a colon is written with a slash before it (<c>./a:b</c>).</summary>
internal readonly record struct RemotePath(string Task, string Path)
{
    /// <summary>Null for a local path.</summary>
    public static RemotePath? Of(string word)
    {
        // A regular expression may hold anything, and a task's name no colon: the last one parts them.
        int colon = word.StartsWith('/') && !word.Contains("/:", StringComparison.Ordinal) ? -1
            : word.StartsWith('/') ? word.IndexOf("/:", StringComparison.Ordinal) + 1 : word.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || word[0] == '.' ? null : new RemotePath(word[..colon], word[(colon + 1)..]);
    }

    /// <summary>The name that a copy of a path, here or there, has in a directory. Empty where it has none of its own, as for cp: of <c>a/.</c> what is in it goes there.</summary>
    public static string NameOf(string path) => System.IO.Path.GetFileName(path.TrimEnd('/')) is var name and not ("." or "..") ? name : "";
}
