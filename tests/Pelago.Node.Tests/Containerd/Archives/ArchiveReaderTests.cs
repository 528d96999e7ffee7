// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.Text.Json.Nodes;
using CsCheck;
using Pelago.Node.Containerd.Images.Archives;
using Xunit;

namespace Pelago.Node.Tests.Containerd.Archives;

public sealed class ArchiveReaderTests : ArchiveScene
{
    private static readonly byte[] Layer = TestArchive.Tar(TestArchive.File("etc/motd", "hello"));
    private static readonly byte[] Second = TestArchive.Tar(TestArchive.File("etc/issue", "welcome"));

    [Fact]
    public async Task An_archive_of_docker_save_becomes_what_a_registry_would_give()
    {
        ArchiveImage image = Assert.Single(await ReadAsync(TestArchive.Tar(TestArchive.Docker(TestArchive.Config(Layer, Second), Layer, TestArchive.Gzip(Second)))));

        Assert.Equal(["docker.io/library/app:1"], image.Names);
        Assert.Equal([Digest.Of(Layer), Digest.Of(Second)], image.Layers.Select(layer => layer.DiffId));
        Assert.Equal([Digest.Of(Layer), Digest.Of(TestArchive.Gzip(Second))], image.Layers.Select(layer => layer.Digest));
        JsonNode manifest = JsonNode.Parse(image.Manifest.Content)!;
        Assert.Equal([MediaTypes.Layer, MediaTypes.Layer + "+gzip"], manifest["layers"]!.AsArray().Select(layer => (string)layer!["mediaType"]!));
        Assert.Equal(image.Id, (string)manifest["config"]!["digest"]!);
    }

    [Fact]
    public async Task An_OCI_layout_is_read_zipped_or_not()
    {
        byte[] archive = TestArchive.Tar(TestArchive.Oci(Layer));

        ArchiveImage image = Assert.Single(await ReadAsync(archive));
        ArchiveImage zipped = Assert.Single(await ReadAsync(TestArchive.Gzip(archive)));
        ArchiveImage zstd = Assert.Single(await ReadAsync(TestArchive.Zstd(archive)));

        Assert.Equal([TestArchive.Name], image.Names);
        Assert.Equal(Digest.Of(Layer), Assert.Single(image.Layers).DiffId);
        Assert.Equal((image.Id, image.Manifest.Digest), (zipped.Id, zipped.Manifest.Digest));
        Assert.Equal((image.Id, image.Manifest.Digest), (zstd.Id, zstd.Manifest.Digest));
    }

    [Fact]
    public async Task Layers_may_be_compressed_with_zstd()
    {
        byte[] stored = TestArchive.Zstd(Layer);

        ArchiveImage layout = Assert.Single(await ReadAsync(TestArchive.Tar(TestArchive.Oci(Layer, stored, "+zstd"))));
        ArchiveImage docker = Assert.Single(await ReadAsync(TestArchive.Tar(TestArchive.Docker(TestArchive.Config(Layer), stored))));

        Assert.All([layout, docker], image => Assert.Equal((MediaTypes.Layer + "+zstd", Digest.Of(stored), Digest.Of(Layer)), image.Layers.Select(layer => (layer.MediaType, layer.Digest, layer.DiffId)).Single()));
        Assert.Equal(MediaTypes.Layer + "+zstd", (string?)JsonNode.Parse(docker.Manifest.Content)!["layers"]![0]!["mediaType"]);
    }

    [Fact]
    public async Task Of_an_image_for_many_machines_the_part_for_this_one_is_taken()
    {
        TarEntry[] entries = TestArchive.Oci(Layer, (_, index) =>
        {
            JsonObject foreign = TestArchive.Descriptor(MediaTypes.Manifest, [1]);
            foreign["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "s390x" };
            index["manifests"]!.AsArray().Insert(0, foreign);
        });

        Assert.Single(await ReadAsync(TestArchive.Tar(entries)));
    }

    [Fact]
    public async Task An_image_for_another_machine_is_refused_and_says_for_which()
    {
        JsonObject config = TestArchive.Config(Layer);
        config["architecture"] = "s390x";

        await RefusedAsync("the image is for linux/s390x, and this node is linux/", TestArchive.Tar(TestArchive.Docker(config, Layer)));
        await RefusedAsync("only for linux/s390x", TestArchive.Tar(TestArchive.Oci(Layer, (_, index) =>
            index["manifests"]![0]!["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "s390x" })));
    }

    [Fact]
    public async Task An_image_without_a_name_needs_one()
    {
        byte[] archive = TestArchive.Tar(TestArchive.Oci(Layer, (_, index) => index["manifests"]![0]!["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" }));

        await RefusedAsync("give it a name (pelago image import FILE --name REF)", archive);
        Assert.Equal(["docker.io/team/app:2"], Assert.Single(await ReadAsync(archive, name: "team/app:2")).Names);
    }

    [Fact]
    public async Task Layers_that_are_links_to_others_are_followed()
    {
        TarEntry[] entries = [.. TestArchive.Docker(TestArchive.Config(Layer, Layer), Layer, Layer).Where(entry => entry.Name != "1/layer.tar"), TestArchive.Link(TarEntryType.SymbolicLink, "1/layer.tar", "../0/layer.tar")];

        Assert.Equal(2, Assert.Single(await ReadAsync(TestArchive.Tar(entries))).Layers.Count);
    }

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.25", "docker.io/library/nginx:1.25")]
    [InlineData("team/app", "docker.io/team/app:latest")]
    [InlineData("index.docker.io/library/nginx", "docker.io/library/nginx:latest")]
    [InlineData("localhost/app:A", "localhost/app:A")]
    [InlineData("registry.example.com:5000/a/b/c:v1", "registry.example.com:5000/a/b/c:v1")]
    [InlineData("Nginx", null)]
    [InlineData("a b", null)]
    [InlineData("app:", null)]
    [InlineData("app\n", null)]
    [InlineData("../app", null)]
    [InlineData("", null)]
    public void Names_are_completed_as_everywhere(string text, string? whole) => Assert.Equal(whole, ImageReference.TryParse(text));

    [Fact]
    public async Task Every_form_of_tar_is_read_as_its_writer_meant_it()
    {
        Gen<(TarEntryFormat, (string, byte[])[])> gen = Gen.Select(
            Gen.OneOf(TarEntryFormat.V7, TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu),
            Gen.Select(Gen.String[Gen.Char["abcé/"], 1, 90].Where(name => name.Trim('/').Length > 0), Gen.Byte.Array[0, 2000]).Array[0, 6]);

        await gen.SampleAsync(
            async sample =>
            {
                (TarEntryFormat format, (string Name, byte[] Content)[] all) = sample;
                int most = format is TarEntryFormat.V7 or TarEntryFormat.Ustar ? 45 : int.MaxValue; // what fits into their headers, two bytes a letter
                (string Name, byte[] Content)[] files = [.. all.Select(file => (new string([.. file.Name.Take(most)]).TrimEnd('/'), file.Content)).Where(file => file.Item1.Length > 0)];
                var archive = new MemoryStream();
                await using (var writer = new TarWriter(archive, format, leaveOpen: true))
                {
                    foreach ((string name, byte[] content) in files)
                        await writer.WriteEntryAsync(Entry(format, name, content), Cancel);
                }
                archive.Position = 0;
                Assert.Equal(files.Select(file => (file.Name, Convert.ToHexString(file.Content))), await ScanAsync(archive));
            },
            iter: 300, threads: 2);
    }

    private static TarEntry Entry(TarEntryFormat format, string name, byte[] content)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            _ => new PaxTarEntry(TarEntryType.RegularFile, name),
        };
        entry.DataStream = new MemoryStream(content);
        return entry;
    }

    private static async Task<List<(string, string)>> ScanAsync(Stream archive)
    {
        var scanner = new TarScanner(archive, "it", new ArchiveLimits());
        var found = new List<(string, string)>();
        while (await scanner.NextAsync(Cancel) is { } item)
        {
            var content = new MemoryStream();
            await scanner.CopyDataAsync(content, Cancel);
            Assert.Equal(item.Size, content.Length);
            found.Add((item.Name, Convert.ToHexString(content.ToArray())));
        }
        return found;
    }
}
