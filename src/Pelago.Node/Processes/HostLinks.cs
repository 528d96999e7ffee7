// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Processes;

/// <summary>Where a path of this machine leads.</summary>
internal static class HostLinks
{
    private const int MostLinks = 40; // as many as the kernel follows

    /// <summary>The path without links, dots and a slash at its end; as far as it exists. One with too many links stays as it is.</summary>
    public static string Resolve(string path)
    {
        var left = new Stack<string>(Parts(path).Reverse());
        var done = new List<string>();
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part == "..")
            {
                if (done.Count > 0)
                    done.RemoveAt(done.Count - 1);
                continue;
            }
            done.Add(part);
            if (new FileInfo("/" + string.Join('/', done)).LinkTarget is not { } target)
                continue;
            if (++links > MostLinks)
                return path;
            done.RemoveAt(done.Count - 1);
            if (target.StartsWith('/'))
                done.Clear();
            foreach (string further in Parts(target).Reverse())
                left.Push(further);
        }
        return "/" + string.Join('/', done);
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
