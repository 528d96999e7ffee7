// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Kube;
using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Sqlite;

/// <summary>A disk that really is full: a small file system of its own.</summary>
public sealed class FullDiskTests : IAsyncDisposable
{
    private readonly StateFolder _folder = new();
    private bool _mounted;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_leaves_a_store_that_reads_and_goes_on_when_there_is_space()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount a small file system");
        _mounted = await MountAsync("size=8m");
        Assert.SkipUnless(_mounted, "mounting a file system is not allowed here");
        IRevisionStore store = await SqliteRevisionStore.OpenAsync(_folder.StateFile, new StoreOptions(), Cancel);
        IResourceStore pods = store.Resource("pods");
        using IWatchCursor cursor = pods.Watch(0);

        StoreFailedException failure = await Assert.ThrowsAsync<StoreFailedException>(async () =>
        {
            for (int i = 0; i < 1_000; i++)
                await pods.WriteAsync(StoreDocument.Create(new ObjectKey("ns", $"p{i:d4}"), new string('x', 100_000)), Cancel);
        });
        int written = pods.Current.Count;
        await Assert.ThrowsAsync<StoreFailedException>(
            async () => await pods.WriteAsync(StoreDocument.Create(new ObjectKey("ns", "again"), new string('x', 100_000)), Cancel));

        Assert.Contains("Free some space", failure.Message, StringComparison.Ordinal);
        Assert.Equal("its disk is full", failure.Cause);
        Assert.InRange(written, 10, 100);
        Assert.Equal(written, store.Revision);
        Assert.Equal(written, pods.Current.Scan().Count());
        Assert.Equal(written, ReadAll(cursor));

        await MountAsync("remount,size=64m");
        WriteResult after = await pods.WriteAsync(StoreDocument.Create(new ObjectKey("ns", "after"), new string('x', 100_000)), Cancel);
        await store.DisposeAsync();

        Assert.Equal(written + 1, after.Revision);
        StateReport report = StateFile.Check(_folder.StateFile, Cancel);
        Assert.Empty(report.Findings);
        Assert.Equal(written + 1, report.Objects);
    }

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
            await RunAsync("umount", _folder.Path);
        _folder.Dispose();
    }

    private static int ReadAll(IWatchCursor cursor)
    {
        int read = 0;
        while (cursor.TryRead(out _))
            read++;
        return read;
    }

    private async Task<bool> MountAsync(string options) => await RunAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", _folder.Path) == 0;

    private static async Task<int> RunAsync(string program, params string[] words)
    {
        using Process process = Process.Start(program, words);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
