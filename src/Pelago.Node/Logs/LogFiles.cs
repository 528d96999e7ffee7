// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Logs;

/// <summary>The files of one container's log: rotated ones, oldest first, then the current one. Those that a kubelet has compressed, or is about to, are left out.</summary>
internal static class LogFiles
{
    /// <summary>The extension of those that a kubelet has compressed.</summary>
    public const string Packed = ".gz";

    private const string Draft = ".tmp";

    public static string[] Rotated(string path) => [.. Kept(path).Where(file => Path.GetExtension(file) != Packed)];

    /// <summary>Rotated ones, oldest first, with those that are compressed.</summary>
    public static string[] Kept(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            return [];
        string[] files;
        try
        {
            // The pattern finds the current file too: ".*" matches an empty extension.
            files = [.. Directory.EnumerateFiles(directory, Path.GetFileName(path) + ".*").Where(file => file.Length > path.Length && Path.GetExtension(file) != Draft)];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // removed with its pod in this moment
        }
        Array.Sort(files, string.CompareOrdinal);
        return files;
    }

    public static IReadOnlyList<string> All(string path) => [.. Rotated(path), path];
}
