// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Images;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>The images of our packages without any registry: one of Debian's packages that has all names which packages give to theirs, and Pelago's own.</summary>
internal static class PackageImages
{
    private const string Own = "pelago.tar";

    // What scripts of packages call.
    private static readonly string[] Base = ["dash", "coreutils", "sed", "util-linux", "perl-base", "libc-bin"];

    public static readonly string PelagoName = "docker.io/library/pelago:latest";

    /// <summary>The names of the one that has Debian's packages.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateFiles(PackageBed.Packages, "resource.json", SearchOption.AllDirectories)
        .SelectMany(file => (KubeJson.ParseObject(File.ReadAllBytes(file)).At("assets", "container", "docker") as JsonObject ?? []).Select(pair => (string)pair.Value!))
        .Where(name => name != PelagoName).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Makes the image of Debian's packages, unless a run of before did, and imports it; null, or why not.</summary>
    /// <param name="import">Brings an archive to the nodes.</param>
    public static async Task<string?> BringSoftwareAsync(Func<string, Task<ProgramResult>> import)
    {
        IEnumerable<string> servers = PackageClient.All.Values.SelectMany(client => client.Server.Values);
        (string archive, string? unreachable) = await DebianImage.KeptAsync("packages", [.. Base.Concat(servers).Distinct()], Names, TestContext.Current.CancellationToken);
        if (unreachable is not null)
            return unreachable;
        ProgramResult imported = await import(archive);
        Assert.True(imported.ExitCode == 0, imported.ToString());
        return null;
    }

    /// <summary>The same with Pelago's own image.</summary>
    public static async Task BringPelagoAsync(LocalHome home, TemporaryDirectory work, Func<string, Task<ProgramResult>> import)
    {
        ProgramResult built = await home.RunAsync("image", "build", "-q", "--tag", PelagoName, "-o", work[Own]);
        Assert.True(built.ExitCode == 0, built.ToString());
        ProgramResult imported = await import(work[Own]);
        Assert.True(imported.ExitCode == 0, imported.ToString());
    }
}
