// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Cli.Images.Building;

/// <summary>
/// What a program is made of: itself, and of what lies beside it only what its <c>NAME.deps.json</c> names, by which .NET finds it, or what its loader
/// asks for. Logs, symbols and whatever somebody has left there are no part of it. Where the files are:
/// dotnet/runtime docs/design/features/host-probing.md.
/// </summary>
internal static class ProgramFiles
{
    /// <summary>Names of files, relative to the directory of the program.</summary>
    public static IReadOnlySet<string> Of(string program)
    {
        string directory = Path.GetDirectoryName(program)!, name = Path.GetFileName(program);
        var files = new SortedSet<string>(StringComparer.Ordinal) { name };
        string manifest = $"{name}.deps.json";
        if (File.Exists(Path.Combine(directory, manifest)))
        {
            files.UnionWith([manifest, $"{name}.runtimeconfig.json"]);
            files.UnionWith(Assets(KubeJson.ParseObject(File.ReadAllBytes(Path.Combine(directory, manifest)))));
        }
        if (files.FirstOrDefault(file => !File.Exists(Path.Combine(directory, file))) is { } missing)
            throw new CliException($"{program} is not whole: {missing}, which it is made of, is not in {directory}. Install or build it again, then the image");
        AddLoaded(directory, files);
        return files;
    }

    private static IEnumerable<string> Assets(JsonObject manifest)
    {
        string target = manifest.Object("runtimeTarget")?.String("name") ?? "";
        foreach (JsonObject library in (manifest.Object("targets")?.Object(target) ?? []).Select(pair => pair.Value).OfType<JsonObject>())
        {
            // What is for one machine only lies flat; a package of several has the directories of its archive.
            foreach ((string path, _) in (library.Object("runtime") ?? []).Concat(library.Object("native") ?? []))
                yield return Path.GetFileName(path);
            foreach ((string path, JsonNode? about) in library.Object("resources") ?? [])
                yield return $"{(about as JsonObject)?.String("locale")}/{Path.GetFileName(path)}";
            foreach ((string path, JsonNode? about) in library.Object("runtimeTargets") ?? [])
            {
                if (IsOfThisMachine((about as JsonObject)?.String("rid")))
                    yield return path;
            }
        }
    }

    private static bool IsOfThisMachine(string? machine) => machine == RuntimeInformation.RuntimeIdentifier || machine is "linux" or "unix";

    /// <summary>Libraries beside a program, or beside another of its libraries, that the loader takes from there.</summary>
    private static void AddLoaded(string directory, SortedSet<string> files)
    {
        var open = new Queue<string>(files);
        while (open.TryDequeue(out string? file))
        {
            string place = Path.GetDirectoryName(file)!;
            foreach (string needed in ElfFile.TryRead(Path.Combine(directory, file))?.Needed ?? [])
            {
                string beside = Path.Combine(place, needed);
                if (!needed.Contains('/', StringComparison.Ordinal) && File.Exists(Path.Combine(directory, beside)) && files.Add(beside))
                    open.Enqueue(beside);
            }
        }
    }
}
