// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Processes;

/// <summary>Where the program of a command is.</summary>
internal static class ProgramPath
{
    /// <summary>What execvp would find below <paramref name="root"/>; null when it would find nothing.</summary>
    /// <param name="search">A PATH.</param>
    /// <param name="directory">What relative names are relative to.</param>
    public static string? Find(string command, string search, string directory, string root = "")
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            string path = root + Path.GetFullPath(command, directory);
            return Exists(path) ? path : null;
        }
        return search.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => root + Path.Combine(directory, entry, command))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>A link counts: where it leads is known only inside the container's root.</summary>
    private static bool Exists(string path) => new FileInfo(path) is var file && (file.Exists || file.LinkTarget is not null);

    private static bool IsExecutable(string path)
    {
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var file = new FileInfo(path);
        return file.LinkTarget is not null || (file.Exists && (file.UnixFileMode & AnyExecute) != UnixFileMode.None);
    }
}
