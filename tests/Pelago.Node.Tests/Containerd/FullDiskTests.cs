// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Images;
using Pelago.Node.Runtimes;
using Pelago.Node.Tests.Containerd.Archives;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>A node whose disk is too small for an image.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _home = new();
    private OwnContainerd? _containerd;
    private IPodRuntime? _runtime;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestImages.RequireContainerd();
        Directory.CreateDirectory(_home["containerd"]);
        await MountAsync("mount", "-t", "tmpfs", "-o", "size=20m,mode=0700", "tmpfs", _home["containerd"]);
        _containerd = new OwnContainerd(_home);
        _runtime = _containerd.Create();
        await _runtime.RecoverAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null)
        {
            await _runtime.DisposeAsync();
            _containerd!.RequireNothingLeft();
        }
        if (_containerd is not null)
            await MountAsync("umount", _home["containerd"]);
        _home.Dispose();
    }

    [Fact]
    public async Task A_disk_that_fills_while_the_archive_comes_in_is_free_again_afterwards() => await FillsAsync(Large(30 << 20));

    [Fact]
    public async Task A_disk_that_fills_while_content_is_written_is_free_again_afterwards() => await FillsAsync(Large(11 << 20));

    [Fact]
    public async Task A_disk_that_fills_while_a_layer_is_unpacked_is_free_again_afterwards() =>
        await FillsAsync(TestArchive.Tar([.. Enumerable.Range(0, 4000).Select(i => TestArchive.File($"small/{i}", "x"))]));

    private async Task FillsAsync(byte[] layer)
    {
        IReadOnlyList<ImageStatus> before = await _runtime!.Images!.ListAsync(Cancel);
        long free = Free();
        byte[] archive = TestArchive.Tar(TestArchive.Docker(TestArchive.Config(layer), layer));

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => _runtime.Images.ImportAsync(new MemoryStream(archive), null, Cancel));

        Assert.Equal(ImageFault.NoSpace, refused.Reason);
        Assert.Contains("nothing of it was kept", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before.Select(image => image.Id).Order(), (await _runtime.Images.ListAsync(Cancel)).Select(image => image.Id).Order());
        Assert.InRange(Free(), free - (1 << 20), long.MaxValue);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_containerd!.Options.RootDirectory, "io.containerd.content.v1.content/ingest")));
        ImportedImage image = Assert.Single(await _runtime.Images.ImportFileAsync(TestImages.WriteBusybox(_home["busybox.tar"]), Cancel));
        Assert.Contains(await _runtime.Images.ListAsync(Cancel), listed => listed.Id == image.Id);
    }

    private static byte[] Large(int size)
    {
        byte[] content = new byte[size];
        new Random(1).NextBytes(content);
        return TestArchive.Tar(TestArchive.File("large", content));
    }

    private long Free() => new DriveInfo(_home["containerd"]).AvailableFreeSpace;

    private static async Task MountAsync(params string[] command)
    {
        ProgramResult result = await ProgramRun.RunAsync(command[0], command[1..], null, TimeSpan.FromSeconds(20), CancellationToken.None);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
