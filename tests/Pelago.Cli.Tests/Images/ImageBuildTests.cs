// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Images;

/// <summary>The image that the programs beside these tests make.</summary>
public sealed class ImageBuildTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task The_same_programs_are_the_same_image_and_the_checks_of_a_node_take_it()
    {
        ProgramResult first = await RunAsync("image", "build", "-o", _directory["one.tar"], "--tag", "registry.example.com/team/pelago:7");
        await File.WriteAllTextAsync(_directory["elsewhere.tar"], "before", Cancel);
        File.CreateSymbolicLink(_directory["two.tar"], _directory["elsewhere.tar"]);
        ProgramResult second = await RunAsync("image", "build", "-q", "-o", _directory["two.tar"], "--tag", "registry.example.com/team/pelago:7");

        Assert.True((first.ExitCode, second.ExitCode) == (0, 0), first.ToString() + second);
        Assert.Equal(_directory["one.tar"] + "\n", first.Output);
        Assert.Equal(await HashAsync("one.tar"), await HashAsync("elsewhere.tar"));
        Assert.NotNull(new FileInfo(_directory["two.tar"]).LinkTarget);
        Assert.Empty(second.Error);
        var limits = new ArchiveLimits();
        Directory.CreateDirectory(_directory["spool"]);
        await using FileStream file = File.OpenRead(_directory["one.tar"]);
        using ArchiveSpool spool = await ArchiveSpool.ReadAsync(file, new SpoolDisk(_directory["spool"]), limits, Cancel);
        ArchiveImage image = Assert.Single(await ArchiveReader.ReadAsync(spool, name: null, limits, Cancel));
        Assert.Equal(["registry.example.com/team/pelago:7"], image.Names);
        Assert.Equal(2, image.Layers.Count);
        JsonObject config = JsonNode.Parse(image.Config.Content)!["config"]!.AsObject();
        Assert.Equal("/opt/pelago/pelagod/pelagod", (string?)config["Entrypoint"]![0]);
        Assert.Equal("65532:65532", (string?)config["User"]);
    }

    [Fact]
    public async Task Nobody_but_root_may_write_to_the_image_and_what_the_programs_load_is_in_it()
    {
        ProgramResult built = await RunAsync("image", "build", "-o", _directory["image.tar"]);

        Assert.True(built.ExitCode == 0, built.ToString());
        List<TarEntry> entries = [.. Layers(_directory["image.tar"]).SelectMany(layer => layer)];
        const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        Assert.Equal(["tmp/"], entries.Where(entry => entry.EntryType != TarEntryType.SymbolicLink && (entry.Mode & Others) is not UnixFileMode.None).Select(entry => entry.Name));
        Assert.All(entries, entry => Assert.Equal((0, 0, DateTimeOffset.UnixEpoch), (entry.Uid, entry.Gid, entry.ModificationTime)));
        string[] names = [.. entries.Select(entry => entry.Name)];
        foreach (string file in (string[])["libc.so.6", "libstdc++.so.6", "libssl.so.3", "libcoreclr.so", "libhostfxr.so", "pelagod", "pelago", "Microsoft.AspNetCore.dll"])
            Assert.Contains(names, name => name.EndsWith("/" + file, StringComparison.Ordinal));
        Assert.DoesNotContain(names, name => name.EndsWith(".pdb", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_lies_beside_the_programs_by_chance_is_not_in_the_image()
    {
        string programs = _directory["programs"];
        CliProcess.CopyTo(programs);
        foreach (string stray in (string[])["pelagod.log", "core.4711", "notes.txt", ".env", "libstray.so", "stray.json", "old/pelagod.dll"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(programs, stray))!);
            await File.WriteAllTextAsync(Path.Combine(programs, stray), "stray", Cancel);
        }

        ProgramResult built = await RunProgramAsync(Path.Combine(programs, "pelago"), "image", "build", "-o", _directory["image.tar"]);

        Assert.True(built.ExitCode == 0, built.ToString());
        string[] names = [.. Layers(_directory["image.tar"]).SelectMany(layer => layer).Where(entry => entry.EntryType == TarEntryType.RegularFile).Select(entry => entry.Name)];
        string[] product = [.. names.Where(name => name.StartsWith("opt/pelago/", StringComparison.Ordinal))];
        Assert.All(product, name => Assert.True(
            name.EndsWith(".dll", StringComparison.Ordinal) || Path.GetFileName(name) is "pelago" or "pelagod" or "libe_sqlite3.so"
            || name.EndsWith(".deps.json", StringComparison.Ordinal) || name.EndsWith(".runtimeconfig.json", StringComparison.Ordinal),
            name));
        Assert.DoesNotContain(product, name => name.Contains("stray", StringComparison.Ordinal) || name.Contains("/old/", StringComparison.Ordinal) || name.Contains("xunit", StringComparison.Ordinal));
        Assert.Contains("opt/pelago/pelagod/Pelago.Engine.dll", product);
        Assert.Single(product, name => name.EndsWith("/libe_sqlite3.so", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task What_a_killed_build_left_is_removed_and_what_a_living_one_writes_stays()
    {
        const int NoProcess = 1 << 30;
        string[] left = [_directory[$"image.tar.{NoProcess}.part"], _directory[$".pelago-layer-{NoProcess}-half"]];
        string[] others = [_directory[$"image.tar.{Environment.ProcessId}.part"], _directory[$"other.tar.{NoProcess}.part"], _directory["notes.part"]];
        foreach (string file in left.Concat(others))
            await File.WriteAllTextAsync(file, "half", Cancel);

        ProgramResult built = await RunAsync("image", "build", "-o", _directory["image.tar"]);

        Assert.True(built.ExitCode == 0, built.ToString());
        Assert.DoesNotContain(left, File.Exists);
        Assert.All(others, file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public async Task A_program_that_is_not_whole_makes_no_image()
    {
        string programs = _directory["programs"];
        CliProcess.CopyTo(programs);
        File.Delete(Path.Combine(programs, "YamlDotNet.dll"));
        File.Delete(Path.Combine(programs, "Yarp.ReverseProxy.dll"));

        ProgramResult built = await CliProcess.RunAsync(
            _directory["home"], new Dictionary<string, string?> { ["PELAGO_DAEMON"] = Path.Combine(programs, "pelagod") }, "image", "build", "-o", _directory["image.tar"]);

        Assert.Equal(1, built.ExitCode);
        Assert.Contains($"{programs}/pelagod is not whole: YamlDotNet.dll, which it is made of, is not in {programs}", built.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_made_is_said_and_leaves_no_part_of_a_file()
    {
        ProgramResult nowhere = await RunAsync("image", "build", "-o", _directory["none/image.tar"]);
        ProgramResult name = await RunAsync("image", "build", "-o", _directory["image.tar"], "--tag", "Not A Name");

        Assert.Equal((3, 2), (nowhere.ExitCode, name.ExitCode));
        Assert.Contains("there is no directory", nowhere.Error, StringComparison.Ordinal);
        Assert.Contains("--tag Not A Name: is no name of an image", name.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    private Task<ProgramResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(_directory["home"], arguments);

    private Task<ProgramResult> RunProgramAsync(string program, params string[] arguments) => ProgramRun.RunAsync(
        program, arguments, new Dictionary<string, string?> { ["PELAGO_DAEMON"] = null, ["PELAGO_HOME"] = _directory["home"] }, TimeSpan.FromSeconds(120), Cancel);

    private async Task<string> HashAsync(string name)
    {
        await using FileStream file = File.OpenRead(_directory[name]);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Cancel));
    }

    private static IEnumerable<List<TarEntry>> Layers(string archive)
    {
        using FileStream file = File.OpenRead(archive);
        using var tar = new TarReader(file);
        while (tar.GetNextEntry() is { } blob)
        {
            if (blob.DataStream is not { } content || content.ReadByte() != 0x1f)
                continue;
            content.Position = 0;
            using var layer = new TarReader(new GZipStream(content, CompressionMode.Decompress));
            var entries = new List<TarEntry>();
            while (layer.GetNextEntry() is { } entry)
                entries.Add(entry);
            yield return entries;
        }
    }
}
