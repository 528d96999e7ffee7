// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Images;
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

    private Task<ArchiveSpool> ReadAsync(DiskSpace disk) => ArchiveSpool.ReadAsync(
        new MemoryStream(TestArchive.Tar(TestArchive.File("file", new byte[1000]))), _directory.Path, () => disk, new ArchiveLimits(), TestContext.Current.CancellationToken);
}
