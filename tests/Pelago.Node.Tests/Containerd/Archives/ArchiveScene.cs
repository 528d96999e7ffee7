// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Containerd.Archives;

/// <summary>Reads archives in a directory of their own, and sees to it that they leave nothing there.</summary>
public abstract class ArchiveScene : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
        _directory.Dispose();
    }

    internal async Task<IReadOnlyList<ArchiveImage>> ReadAsync(byte[] archive, ArchiveLimits? limits = null, string? name = null)
    {
        limits ??= new ArchiveLimits();
        using ArchiveSpool spool = await ArchiveSpool.ReadAsync(new MemoryStream(archive), new SpoolDisk(_directory.Path), limits, Cancel);
        return await ArchiveReader.ReadAsync(spool, name, limits, Cancel);
    }

    internal async Task RefusedAsync(string why, byte[] archive, ArchiveLimits? limits = null)
    {
        ArchiveException refused = await Assert.ThrowsAsync<ArchiveException>(() => ReadAsync(archive, limits));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
