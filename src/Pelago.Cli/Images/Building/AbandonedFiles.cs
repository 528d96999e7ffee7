// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Images.Building;

/// <summary>What builds write beside their output, and what of it was left by builds that were killed: half an image is hundreds of megabytes.</summary>
internal static class AbandonedFiles
{
    public const string LayerPrefix = ".pelago-layer-";
    private const string PartSuffix = ".part";

    /// <summary>Where the build of that process writes before the file takes its name.</summary>
    public static string PartOf(string file, int process) => $"{file}.{process}{PartSuffix}";

    /// <summary>Removes what belongs to processes that are no more.</summary>
    public static void Remove(string file)
    {
        string directory = Path.GetDirectoryName(file)!;
        foreach (string path in Directory.EnumerateFiles(directory, $"{LayerPrefix}*").Concat(Directory.EnumerateFiles(directory, $"*{PartSuffix}")))
        {
            if (ProcessOf(path, file) is { } process && !Directory.Exists($"/proc/{process}"))
                File.Delete(path);
        }
    }

    private static int? ProcessOf(string path, string file)
    {
        string name = Path.GetFileName(path);
        string number = name.StartsWith(LayerPrefix, StringComparison.Ordinal) ? name[LayerPrefix.Length..].Split('-')[0]
            : path.StartsWith(file + ".", StringComparison.Ordinal) && path.Length > file.Length + PartSuffix.Length ? path[(file.Length + 1)..^PartSuffix.Length]
            : "";
        return int.TryParse(number, out int process) ? process : null;
    }
}
