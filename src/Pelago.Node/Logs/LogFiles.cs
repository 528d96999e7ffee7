// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Logs;

/// <summary>The files of one container's log: rotated ones, oldest first, then the current one.</summary>
internal static class LogFiles
{
    public static string[] Rotated(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            return [];
        string[] files = Directory.GetFiles(directory, Path.GetFileName(path) + ".*");
        Array.Sort(files, string.CompareOrdinal);
        return files;
    }

    public static IReadOnlyList<string> All(string path) => [.. Rotated(path), path];
}
