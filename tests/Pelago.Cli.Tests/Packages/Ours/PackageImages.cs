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
    private const string Software = "software.tar";
    private const string Own = "pelago.tar";

    // What scripts of packages call.
    private static readonly string[] Base = ["dash", "coreutils", "sed", "util-linux", "perl-base", "libc-bin"];

    public static readonly string PelagoName = "docker.io/library/pelago:latest";

    /// <summary>The names in <see cref="Software"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateFiles(PackageBed.Packages, "resource.json", SearchOption.AllDirectories)
        .SelectMany(file => (KubeJson.ParseObject(File.ReadAllBytes(file)).At("assets", "container", "docker") as JsonObject ?? []).Select(pair => (string)pair.Value!))
        .Where(name => name != PelagoName).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Makes the image of Debian's packages and imports it; null, or why not.</summary>
    /// <param name="import">Brings an archive to the nodes.</param>
    public static async Task<string?> BringSoftwareAsync(TemporaryDirectory work, Func<string, Task<ProgramResult>> import)
    {
        using var debs = new TemporaryDirectory();
        var image = new DebianImage(debs);
        IEnumerable<string> servers = PackageClient.All.Values.SelectMany(client => client.Server.Values);
        if (await image.DownloadAsync([.. Base.Concat(servers).Distinct()], TestContext.Current.CancellationToken) is { } unreachable)
            return unreachable;
        await image.WriteAsync(work[Software], Names, TestContext.Current.CancellationToken);
        ProgramResult imported = await import(work[Software]);
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
