// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Cli.Images.Building;

/// <summary>The .NET of this machine that a program runs with: the host and those frameworks that its runtimeconfig.json names.</summary>
internal static class DotnetRuntime
{
    // For debuggers and tracers only.
    private static readonly string[] Unneeded = ["libcoreclrtraceptprovider.so", "libmscordbi.so", "libmscordaccore.so", "createdump"];

    /// <summary>The files by their place below the root of a .NET; none when the program brings its own.</summary>
    public static IReadOnlyDictionary<string, string> FilesFor(string program)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string configuration = program + ".runtimeconfig.json";
        if (!File.Exists(configuration))
            return files;
        JsonObject? options = KubeJson.ParseObject(File.ReadAllBytes(configuration)).Object("runtimeOptions");
        List<JsonObject> frameworks = [.. (options?.Array("frameworks") ?? []).OfType<JsonObject>()];
        if (options?.Object("framework") is { } only)
            frameworks.Add(only);
        if (frameworks.Count == 0)
            return files;
        string root = Root();
        Add(files, root, Newest(Path.Combine(root, "host", "fxr"), "0", "the host of .NET"));
        foreach (JsonObject framework in frameworks)
        {
            string name = framework.String("name") ?? "", version = framework.String("version") ?? "0";
            Add(files, root, Newest(Path.Combine(root, "shared", name), version, $"{name} {version}, which {program} runs with,"));
        }
        return files;
    }

    private static void Add(SortedDictionary<string, string> files, string root, string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            if (!Unneeded.Contains(Path.GetFileName(file)))
                files[Path.GetRelativePath(root, file)] = file;
        }
    }

    /// <summary>The newest patch of the least minor version that will do, as the host itself rolls forward.</summary>
    private static string Newest(string directory, string wanted, string what)
    {
        Version least = VersionOf(wanted) ?? new Version(0, 0);
        var present = Directory.Exists(directory)
            ? Directory.GetDirectories(directory).Select(path => (Path: path, Version: VersionOf(Path.GetFileName(path)))).Where(item => item.Version is not null).ToList()
            : [];
        return present.Where(item => item.Version >= least && (least.Major == 0 || item.Version!.Major == least.Major))
            .OrderBy(item => least.Major == 0 ? 0 : item.Version!.Minor).ThenByDescending(item => item.Version).Select(item => item.Path).FirstOrDefault()
            ?? throw new CliException($"{what} is not in {directory}: install the .NET runtime, or set DOTNET_ROOT to where it is");
    }

    private static Version? VersionOf(string text) => Version.TryParse(text.Split('-')[0], out Version? version) ? version : null;

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } told)
            return told;
        string? onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, "dotnet")).FirstOrDefault(File.Exists);
        string? real = onPath is null ? null : Path.GetDirectoryName(File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath);
        string home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet");
        return new[] { real, "/usr/share/dotnet", "/usr/lib/dotnet", home }.FirstOrDefault(directory => directory is not null && Directory.Exists(Path.Combine(directory, "shared")))
            ?? throw new CliException("the .NET runtime, which pelagod runs with, was not found: set DOTNET_ROOT to where it is");
    }
}
