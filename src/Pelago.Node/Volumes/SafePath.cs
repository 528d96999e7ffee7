// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Processes;

namespace Pelago.Node.Volumes;

/// <summary>Resolves paths that users choose below a directory, link by link, so that none leads out of it.</summary>
internal static class SafePath
{
    private const int MaxLinks = 40;

    /// <summary>
    /// The real path of <paramref name="relative"/> below <paramref name="root"/>, which itself is real. Links are followed as long as they stay inside;
    /// what does not exist yet resolves to itself. Null when the path leads out or through too many links.
    /// </summary>
    public static string? Resolve(string root, string relative) => Resolve(root, relative, out _);

    /// <param name="root">The directory.</param>
    /// <param name="relative">The path.</param>
    /// <param name="isLoop">It is null because of too many links on the way: they lead in a circle.</param>
    public static string? Resolve(string root, string relative, out bool isLoop)
    {
        isLoop = false;
        var todo = new Stack<string>(Parts(relative).Reverse());
        string at = root;
        int links = 0;
        while (todo.TryPop(out string? part))
        {
            if (part == "..")
            {
                if (at == root)
                    return null;
                at = Path.GetDirectoryName(at)!;
                continue;
            }
            string next = Path.Combine(at, part);
            string? target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                at = next;
                continue;
            }
            isLoop = ++links > MaxLinks;
            if (isLoop)
                return null;
            if (Path.IsPathRooted(target))
            {
                if (!MountTable.IsWithin(target, root))
                    return null;
                target = Path.GetRelativePath(root, target);
                at = root;
            }
            foreach (string linked in Parts(target).Reverse())
                todo.Push(linked);
        }
        return at;
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
