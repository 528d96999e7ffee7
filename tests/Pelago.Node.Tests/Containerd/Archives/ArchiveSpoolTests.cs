// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Pipelines;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Images;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd.Archives;

public sealed class ArchiveSpoolTests : IDisposable
{
    private const int NoSpace = 28; // ENOSPC
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1L << 40, (1L << 30) + 500)]
    [InlineData(1L << 20, 105_000L)]
    public async Task An_archive_that_would_take_the_last_of_a_disk_is_refused_and_leaves_nothing(long capacity, long available)
    {
        IOException full = await Assert.ThrowsAsync<IOException>(async () => (await ReadAsync(new DiskSpace(capacity, available))).Dispose());

        Assert.Equal(NoSpace, full.HResult);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Theory]
    [InlineData(1L << 40, (1L << 30) + 1000)]
    [InlineData(1L << 20, 106_000L)]
    public async Task An_archive_that_leaves_enough_of_a_disk_is_taken(long capacity, long available)
    {
        using ArchiveSpool spool = await ReadAsync(new DiskSpace(capacity, available));

        Assert.Equal(1000, spool.SizeOf("file"));
    }

    /// <summary>What is written is missing on the disk already, and is not counted once more.</summary>
    [Theory]
    [InlineData(7_000, true)]
    [InlineData(6_999, false)]
    public async Task What_another_archive_is_still_to_write_has_its_place_already(long free, bool isTaken)
    {
        const byte content = 0xEE; // nothing of a header
        byte[] other = TestArchive.Tar(TestArchive.File("file", [.. Enumerable.Repeat(content, 10_000)]));
        int begun = Array.IndexOf(other, content) + 4_000;
        var upload = new Pipe();
        await upload.Writer.WriteAsync(other.AsMemory(0, begun), TestContext.Current.CancellationToken);
        long available = 1L << 39;
        var disk = new SpoolDisk(_directory.Path, () => new DiskSpace(1L << 40, available));
        Task<ArchiveSpool> slow = ArchiveSpool.ReadAsync(upload.Reader.AsStream(), disk, new ArchiveLimits(), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => disk.ToBeWritten == 6_000, TestContext.Current.CancellationToken);
        available = (1L << 30) + free;

        Task<ArchiveSpool> next = ReadAsync(disk);

        if (isTaken)
            (await next).Dispose();
        else
            await Assert.ThrowsAsync<IOException>(() => next);
        await upload.Writer.WriteAsync(other.AsMemory(begun), TestContext.Current.CancellationToken);
        await upload.Writer.CompleteAsync();
        (await slow).Dispose();
    }

    private Task<ArchiveSpool> ReadAsync(DiskSpace space) => ReadAsync(new SpoolDisk(_directory.Path, () => space));

    private static Task<ArchiveSpool> ReadAsync(SpoolDisk disk) => ArchiveSpool.ReadAsync(
        new MemoryStream(TestArchive.Tar(TestArchive.File("file", new byte[1000]))), disk, new ArchiveLimits(), TestContext.Current.CancellationToken);
}
