// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Containerd.Supervision;
using Pelago.Node.Images;
using Pelago.Node.Runtimes;
using Pelago.Node.Tests.Containerd.Archives;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Images come in and go out.</summary>
public sealed class ImageTests : ContainerdScene
{
    private static readonly byte[] Layer = TestArchive.Tar(TestArchive.File("hello", "from a layer"));

    [Fact]
    public async Task An_imported_image_runs_under_each_of_its_names()
    {
        ImportedImage image = Assert.Single(await ImportAsync(TestArchive.Gzip(File.ReadAllBytes(TestImages.WriteBusybox(Home["again.tar"], "registry.example.com/team/box:2")))));

        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "echo runs") with { Image = "registry.example.com/team/box:2" };
        ContainerStatus ended = await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal(0, ended.ExitCode);
        Assert.Equal("runs\n", Log(spec));
        Assert.Equal([TestImages.Busybox, "registry.example.com/team/box:2"], image.Names);
        ImageStatus listed = Assert.Single(await Runtime.Images!.ListAsync(Cancel), item => item.Id == image.Id);
        Assert.Superset(image.Names.ToHashSet(), listed.Names.ToHashSet());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task Layers_lie_over_each_other_and_take_away_what_they_hide(string compression)
    {
        byte[] busybox = BusyboxLayer();
        byte[] plain = TestArchive.Tar(TestArchive.File("etc/.wh.group", ""), TestArchive.File("etc/motd", "on top\n"), TestArchive.Link(TarEntryType.SymbolicLink, "out", "/etc/motd"));
        byte[] upper = compression == "gzip" ? TestArchive.Gzip(plain) : TestArchive.Zstd(plain);
        await ImportAsync(TestArchive.Tar(TestArchive.Docker(TestArchive.Config(busybox, plain), busybox, upper)));

        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "cat /out; ls /etc") with { Image = "app:1" };
        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal(["on top", "hostname", "hosts", "motd", "passwd", "resolv.conf"], Log(spec).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_name_that_is_imported_again_means_the_new_image()
    {
        byte[] other = TestArchive.Tar(TestArchive.File("hello", "another"));
        await ImportAsync(TestArchive.Tar(TestArchive.Oci(Layer)));

        ImportedImage now = Assert.Single(await ImportAsync(TestArchive.Tar(TestArchive.Oci(other))));

        Assert.Equal(now.Id, (await Runtime.Images!.StatusAsync(TestArchive.Name, Cancel))!.Id);
    }

    [Fact]
    public async Task The_image_of_sandboxes_is_neither_replaced_nor_removed()
    {
        byte[] archive = TestArchive.Tar(TestArchive.Docker(TestArchive.Config(Layer), Layer));
        ImageStatus before = (await Runtime.Images!.StatusAsync(ContainerdConfig.PauseImage, Cancel))!;

        RuntimeException replaced = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.Images.ImportAsync(new MemoryStream(archive), ContainerdConfig.PauseImage, Cancel));
        RuntimeException removed = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.Images.RemoveAsync(before.Id, Cancel));

        Assert.Contains("is not replaced", replaced.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be removed", removed.Message, StringComparison.Ordinal);
        Assert.Equal(before.Id, (await Runtime.Images.StatusAsync(ContainerdConfig.PauseImage, Cancel))!.Id);
    }

    [Fact]
    public async Task A_name_is_removed_alone_and_the_image_with_its_last_one()
    {
        byte[] archive = TestArchive.Tar(TestArchive.Oci(Layer));
        await ImportAsync(archive);
        await ImportAsync(archive, "app:2");

        Assert.True(await Runtime.Images!.RemoveAsync("app:1", Cancel));
        Assert.Null(await Runtime.Images.StatusAsync("app:1", Cancel));
        Assert.Equal(["docker.io/library/app:2"], (await Runtime.Images.StatusAsync("app:2", Cancel))!.Names);

        Assert.True(await Runtime.Images.RemoveAsync("app:2", Cancel));
        Assert.False(await Runtime.Images.RemoveAsync("app:2", Cancel));
        Assert.DoesNotContain(Digest.Of(Layer)[7..], Contents());
    }

    [Fact]
    public async Task A_hostile_archive_leaves_nothing_and_the_next_import_works()
    {
        IReadOnlyList<ImageStatus> before = await Runtime.Images!.ListAsync(Cancel);
        string[] contents = [.. Contents()];
        File.WriteAllText(Home["outside"], "untouched");

        foreach (TarEntry entry in new[] { TestArchive.File($"../../../../../../../..{Home["outside"]}", "evil"), TestArchive.Link(TarEntryType.HardLink, "a", Home["outside"]), TestArchive.Device("mem", 1, 1) })
        {
            RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => ImportAsync(TestArchive.DockerWith(entry)));
            Assert.Equal(ImageFault.Invalid, refused.Reason);
        }

        Assert.Equal("untouched", File.ReadAllText(Home["outside"]));
        Assert.Equal(before.Select(image => image.Id).Order(), (await Runtime.Images.ListAsync(Cancel)).Select(image => image.Id).Order());
        Assert.Equal(contents, Contents());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Options.Directory, "imports")));
        Assert.Single(await ImportAsync(TestArchive.Tar(TestArchive.Oci(Layer))));
    }

    [Fact]
    public async Task A_link_in_a_layer_leads_nobody_out_of_the_image()
    {
        Directory.CreateDirectory(Home["target"]);
        byte[] layer = TestArchive.Tar(TestArchive.Link(TarEntryType.SymbolicLink, "door", Home["target"]), TestArchive.File("door/evil", "evil"));

        // Whether it is taken is containerd's to say; where it goes is not.
        try
        {
            await ImportAsync(TestArchive.Tar(TestArchive.Docker(TestArchive.Config(layer), layer)));
        }
        catch (RuntimeException refused)
        {
            Assert.Equal(ImageFault.Import, refused.Reason);
        }

        Assert.Empty(Directory.GetFileSystemEntries(Home["target"]));
    }

    private byte[] BusyboxLayer()
    {
        using FileStream archive = File.OpenRead(TestImages.WriteBusybox(Home["box.tar"]));
        using var tar = new TarReader(archive);
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.Name != "layer.tar")
                continue;
            var layer = new MemoryStream();
            entry.DataStream!.CopyTo(layer);
            return layer.ToArray();
        }
        throw new InvalidOperationException("busybox has no layer");
    }

    private IEnumerable<string> Contents() =>
        Directory.GetFiles(Path.Combine(Options.RootDirectory, "io.containerd.content.v1.content/blobs/sha256")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private Task<IReadOnlyList<ImportedImage>> ImportAsync(byte[] archive, string? name = null) => Runtime.Images!.ImportAsync(new MemoryStream(archive), name, Cancel);
}
