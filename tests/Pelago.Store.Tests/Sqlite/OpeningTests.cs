// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.CompilerServices;
using Pelago.Kube;
using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Sqlite;

/// <summary>A state file that cannot be opened: who comes second, what is damaged or foreign; each with a message that says what to do.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly StateFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_opener_is_told_who_has_the_file()
    {
        await using IRevisionStore first = await OpenAsync();

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains($"in use by process {Environment.ProcessId}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("pelago down", fault.Message, StringComparison.Ordinal);
        await first.Resource("pods").WriteAsync(StoreDocument.Create(new ObjectKey("ns", "a")), Cancel);
    }

    [Fact]
    public async Task The_file_can_be_opened_again_after_it_was_closed()
    {
        await (await OpenAsync()).DisposeAsync();

        await (await OpenAsync()).DisposeAsync();

        Assert.False(File.Exists(_folder.StateFile + ".pid"));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        string content = new('x', 20_000);
        await File.WriteAllTextAsync(_folder.StateFile, content, Cancel);

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains($"The file is damaged. It was not changed: look at it with `pelagod store check {_folder.StateFile}`", fault.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(_folder.StateFile, Cancel));
    }

    [Fact]
    public async Task A_damaged_page_is_refused()
    {
        await using (IRevisionStore store = await OpenAsync())
        {
            Write[] writes = [.. Enumerable.Range(0, 200).Select(i => StoreDocument.Create(new ObjectKey("ns", $"{i}"), new string('x', 1_000)))];
            await store.Resource("pods").WriteAsync(writes, Cancel);
        }
        byte[] bytes = await File.ReadAllBytesAsync(_folder.StateFile, Cancel);
        bytes.AsSpan(8192 * 5, 8192).Fill(0x5a);
        await File.WriteAllBytesAsync(_folder.StateFile, bytes, Cancel);

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains("The file is damaged", fault.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.StateFile, Cancel));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused()
    {
        await (await OpenAsync()).DisposeAsync();
        using (SqliteDatabase database = SqliteDatabase.Open(_folder.StateFile, readOnly: false))
            database.Execute("UPDATE meta SET v = 99 WHERE k = 'schema'");

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains("has schema 99, this program knows up to 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_refused_and_left_alone()
    {
        using (SqliteDatabase database = SqliteDatabase.Open(_folder.StateFile, readOnly: false))
            database.Execute("CREATE TABLE songs(title TEXT)");

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(OpenAsync);

        Assert.Contains("not a state file of Pelago", fault.Message, StringComparison.Ordinal);
        using SqliteDatabase after = SqliteDatabase.Open(_folder.StateFile, readOnly: true);
        Assert.Equal("songs", after.Text("SELECT group_concat(name) FROM sqlite_schema"));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_said()
    {
        string file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "", Cancel);

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => SqliteRevisionStore.OpenAsync(Path.Combine(file, "state.db"), StateFolder.Options, Cancel));

        Assert.Contains("cannot be opened", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_made_is_not_taken_for_another_daemon()
    {
        string path = Path.Combine(_folder.Path, new string('x', 252)); // with .lock it is longer than a name can be

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => SqliteRevisionStore.OpenAsync(path, StateFolder.Options, Cancel));

        Assert.DoesNotContain("in use", fault.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be opened", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_file_is_for_its_owner_only_and_has_the_intended_layout()
    {
        await using (IRevisionStore store = await OpenAsync())
        {
            await store.Resource("secrets").WriteAsync(StoreDocument.Create(new ObjectKey("ns", "a")), Cancel);
            foreach (string file in Directory.GetFiles(_folder.Path, "state.db*"))
            {
                if (!file.EndsWith(".pid", StringComparison.Ordinal))
                    Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }

        using SqliteDatabase database = SqliteDatabase.Open(_folder.StateFile, readOnly: true);
        Assert.Equal((8192, 2, "wal"), (database.Number("PRAGMA page_size"), database.Number("PRAGMA auto_vacuum"), database.Text("PRAGMA journal_mode")));
    }

    [Fact]
    public async Task A_closed_store_leaves_nothing_in_memory()
    {
        WeakReference store = await OpenAndCloseAsync();

        for (int i = 0; i < 50 && store.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.False(store.IsAlive);
    }

    public void Dispose() => _folder.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> OpenAndCloseAsync()
    {
        IRevisionStore store = await OpenAsync();
        await store.Resource("pods").WriteAsync(StoreDocument.Create(new ObjectKey("ns", "a")), Cancel);
        await store.DisposeAsync();
        return new WeakReference(store);
    }

    private Task<IRevisionStore> OpenAsync() => SqliteRevisionStore.OpenAsync(_folder.StateFile, StateFolder.Options, Cancel);
}
