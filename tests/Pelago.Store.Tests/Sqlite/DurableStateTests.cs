// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Time.Testing;
using Pelago.Kube;
using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Sqlite;

/// <summary>What a store in a file keeps over a restart, and what it reads from the log because memory no longer has it.</summary>
public sealed class DurableStateTests : IDisposable
{
    private readonly StateFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private StoreOptions Options => StateFolder.Options with { Time = _time };

    [Fact]
    public async Task A_restart_keeps_objects_revision_and_resources()
    {
        await using (IRevisionStore store = await OpenAsync())
        {
            await store.Resource("pods").WriteAsync(Put("a", "1"), Cancel);
            await store.Resource("deployments.apps").WriteAsync(Put("d", "2"), Cancel);
            await store.Resource("pods").WriteAsync(Put("a", "3"), Cancel);
            await store.Resource("pods").WriteAsync(Put("b", "4"), Cancel);
            await store.Resource("pods").WriteAsync(StoreDocument.Delete(Key("b")), Cancel);
        }

        await using IRevisionStore again = await OpenAsync();

        Assert.Equal(5, again.Revision);
        Assert.Equal(["deployments.apps", "pods"], again.ResourceNames);
        StoredObject item = Assert.Single(again.Resource("pods").Current.Scan());
        Assert.Equal(("3", "3", 3L), (StoreDocument.Value(item), StoreDocument.ResourceVersion(item), item.Revision));
        Assert.Equal("99", StoreDocument.ResourceVersion(item.As(99)));
        Assert.Equal(6, (await again.Resource("services").WriteAsync(Put("s", "6"), Cancel)).Revision);
    }

    [Fact]
    public async Task A_revision_is_not_given_out_again_when_the_newest_row_was_a_compacted_deletion()
    {
        await using (IRevisionStore store = await OpenAsync())
        {
            await store.Resource("pods").WriteAsync([Put("a", "1"), Put("b", "2"), StoreDocument.Delete(Key("b"))], Cancel);
            await store.CompactAsync(3, Cancel);
        }

        await using IRevisionStore again = await OpenAsync();

        Assert.Equal((3, 3), (again.Revision, again.CompactedRevision));
        Assert.Equal(4, (await again.Resource("pods").WriteAsync(Put("c", "4"), Cancel)).Revision);
    }

    [Fact]
    public async Task Expiry_survives_a_restart_and_what_expired_meanwhile_goes_with_a_revision()
    {
        long soon = _time.GetUtcNow().ToUnixTimeSeconds() + 60;
        await using (IRevisionStore store = await OpenAsync())
        {
            await store.Resource("events").WriteAsync(StoreDocument.Create(Key("soon"), "v", soon), Cancel);
            await store.Resource("events").WriteAsync(StoreDocument.Create(Key("later"), "v", soon + 60), Cancel);
        }
        _time.Advance(TimeSpan.FromSeconds(61));

        await using IRevisionStore again = await OpenAsync();
        using IWatchCursor cursor = again.Resource("events").Watch(2);
        await AdvanceUntilAsync(cursor);
        Assert.True(cursor.TryRead(out StoreEvent? first));
        _time.Advance(TimeSpan.FromSeconds(59));
        await AdvanceUntilAsync(cursor);
        Assert.True(cursor.TryRead(out StoreEvent? second));

        Assert.Equal(["3 DELETED ns/soon=v", "4 DELETED ns/later=v"], new[] { StoreDocument.Describe(first), StoreDocument.Describe(second) });
    }

    [Fact]
    public async Task A_watch_goes_on_over_a_restart_without_a_gap()
    {
        await using (IRevisionStore store = await OpenAsync())
            await store.Resource("pods").WriteAsync([Put("a", "1"), Put("a", "2"), StoreDocument.Delete(Key("a")), Put("a", "4")], Cancel);

        await using IRevisionStore again = await OpenAsync();
        await again.Resource("pods").WriteAsync(Put("a", "5"), Cancel);
        using IWatchCursor cursor = again.Resource("pods").Watch(1);

        Assert.Equal(["2 MODIFIED ns/a=2", "3 DELETED ns/a=2", "4 ADDED ns/a=4", "5 MODIFIED ns/a=5"], ReadAll(cursor));
        Assert.Equal(5, cursor.Revision);
        await again.Resource("pods").WriteAsync(Put("a", "6"), Cancel);
        Assert.Equal(["6 MODIFIED ns/a=6"], ReadAll(cursor));
    }

    [Fact]
    public async Task A_watch_of_a_resource_that_has_not_changed_resumes_over_a_restart_without_the_log()
    {
        await using (IRevisionStore store = await OpenAsync())
        {
            await store.Resource("pods").WriteAsync(Put("a", "1"), Cancel);
            await store.Resource("leases").WriteAsync([.. Enumerable.Range(2, 99).Select(i => Put("l", $"{i}"))], Cancel);
        }

        await using IRevisionStore again = await OpenAsync();

        Assert.NotNull(((ResourceState)again.Resource("pods")).History.PlaceOf(1));
        Assert.NotNull(((ResourceState)again.Resource("new")).History.PlaceOf(0));
        Assert.Null(((ResourceState)again.Resource("leases")).History.PlaceOf(99));
        using IWatchCursor cursor = again.Resource("pods").Watch(1);
        Assert.Empty(ReadAll(cursor));
        Assert.Equal(100, cursor.Revision);
        await again.Resource("pods").WriteAsync(Put("a", "101"), Cancel);
        Assert.Equal(["101 MODIFIED ns/a=101"], ReadAll(cursor));
    }

    [Fact]
    public async Task A_list_at_an_older_revision_over_a_restart_knows_what_compaction_forgot()
    {
        await using (IRevisionStore store = await OpenAsync())
        {
            await store.Resource("pods").WriteAsync([Put("a", "1"), Put("b", "2"), StoreDocument.Delete(Key("b")), Put("a", "4")], Cancel);
            await store.CompactAsync(3, Cancel);
        }

        await using IRevisionStore again = await OpenAsync();
        IResourceStore pods = again.Resource("pods");

        Assert.Throws<HistoryGoneException>(() => pods.At(2));
        Assert.Throws<HistoryGoneException>(() => pods.Watch(2));
        Assert.Equal("1", StoreDocument.Value(Assert.Single(pods.At(3).Scan())));
        Assert.Equal("4", StoreDocument.Value(Assert.Single(pods.At(4).Scan())));
    }

    [Fact]
    public async Task A_watch_that_begins_before_what_memory_holds_reads_the_log_and_then_goes_on_live()
    {
        await using IRevisionStore store = await OpenAsync(Options with { HistoryEvents = 20 });
        IResourceStore pods = store.Resource("pods");
        for (int i = 1; i <= 1_000; i++)
            _ = (i % 3 == 0 ? store.Resource("services") : pods).WriteAsync(Put("a", $"{i}"), Cancel).AsTask();
        await store.WaitForRevisionAsync(1_000, Cancel);

        using IWatchCursor cursor = pods.Watch(0);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 1_001; i <= 1_500; i++)
                    await pods.WriteAsync(Put("a", $"{i}"), Cancel);
            },
            Cancel);
        var values = new List<int>();
        while (values.LastOrDefault() < 1_500)
        {
            try
            {
                if (cursor.TryRead(out StoreEvent? change))
                    values.Add(int.Parse(StoreDocument.Value(change.Object)));
                else
                    await cursor.WaitAsync(Cancel);
            }
            catch (WatchLaggedException)
            {
                // Allowed for a reader that is slower than the writer; what it had read is whole.
                break;
            }
        }

        await writing;
        Assert.True(values.Count >= 666);
        Assert.Equal(Enumerable.Range(1, 1_500).Where(i => i > 1_000 || i % 3 != 0).Take(values.Count), values);
    }

    [Fact]
    public async Task A_list_at_a_revision_that_memory_no_longer_has_is_made_from_the_log()
    {
        await using IRevisionStore store = await OpenAsync(Options with { HistoryEvents = 5 });
        IResourceStore pods = store.Resource("pods");
        for (int i = 1; i <= 600; i++)
            _ = pods.WriteAsync(i % 50 == 0 ? StoreDocument.Delete(Key($"p{i % 7}")) : Put($"p{i % 7}", $"{i}"), Cancel).AsTask();
        await store.WaitForRevisionAsync(600, Cancel);

        foreach (int revision in new[] { 0, 1, 49, 50, 51, 300, 599 })
        {
            var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (int i = 1; i <= revision; i++)
            {
                if (i % 50 == 0)
                    expected.Remove($"p{i % 7}");
                else
                    expected[$"p{i % 7}"] = $"{i}";
            }
            Assert.Equal(expected.Values, pods.At(revision).Scan().Select(StoreDocument.Value));
        }
    }

    [Fact]
    public async Task A_reader_of_the_log_that_compaction_overtakes_is_told_so()
    {
        await using IRevisionStore store = await OpenAsync(Options with { HistoryEvents = 5 });
        IResourceStore pods = store.Resource("pods");
        await pods.WriteAsync([.. Enumerable.Range(1, 2_000).Select(i => Put("a", $"{i}"))], Cancel);
        using IWatchCursor cursor = pods.Watch(0);
        Assert.True(cursor.TryRead(out _));

        await store.CompactAsync(1_500, Cancel);

        Assert.Throws<HistoryGoneException>(() => ReadAll(cursor));
    }

    [Fact]
    public async Task Fast_durability_gives_out_no_revision_twice_even_if_the_newest_rows_are_lost()
    {
        var options = Options with { Durability = Durability.Fast };
        string copy = Path.Combine(_folder.Path, "copy.db");
        long given;
        await using (IRevisionStore store = await SqliteRevisionStore.OpenAsync(_folder.StateFile, options, Cancel))
        {
            await store.Resource("pods").WriteAsync(Put("a", "1"), Cancel);
            // As after a power cut: the write-ahead log as it was when it was last forced to the disk.
            File.Copy(_folder.StateFile, copy);
            File.Copy(_folder.StateFile + "-wal", copy + "-wal");
            given = (await store.Resource("pods").WriteAsync(Put("a", "2"), Cancel)).Revision;
        }

        await using IRevisionStore after = await SqliteRevisionStore.OpenAsync(copy, options, Cancel);

        Assert.True((await after.Resource("pods").WriteAsync(Put("b", "3"), Cancel)).Revision > given);
    }

    [Fact]
    public async Task Fast_durability_leaves_no_gap_after_an_orderly_end()
    {
        var options = Options with { Durability = Durability.Fast };
        await using (IRevisionStore store = await SqliteRevisionStore.OpenAsync(_folder.StateFile, options, Cancel))
            await store.Resource("pods").WriteAsync(Put("a", "1"), Cancel);

        await using IRevisionStore again = await SqliteRevisionStore.OpenAsync(_folder.StateFile, options, Cancel);

        Assert.Equal(1, again.Revision);
    }

    [Fact]
    public async Task The_write_ahead_log_goes_into_the_file_when_nobody_writes()
    {
        await using IRevisionStore store = await OpenAsync();
        await store.Resource("pods").WriteAsync([.. Enumerable.Range(0, 500).Select(i => Put($"p{i}", new string('x', 1_000)))], Cancel);
        long before = new FileInfo(_folder.StateFile).Length;

        _time.Advance(TimeSpan.FromSeconds(2));
        await store.CompactAsync(0, Cancel);

        Assert.True(new FileInfo(_folder.StateFile).Length > before + 500_000);
    }

    [Fact]
    public async Task Space_of_what_was_deleted_is_given_back_when_nobody_writes()
    {
        await using IRevisionStore store = await OpenAsync();
        IResourceStore pods = store.Resource("pods");
        await pods.WriteAsync([.. Enumerable.Range(0, 4_000).Select(i => Put($"p{i}", new string('x', 4_000)))], Cancel);
        await pods.WriteAsync([.. Enumerable.Range(0, 4_000).Select(i => StoreDocument.Delete(Key($"p{i}")))], Cancel);
        await store.CompactAsync(store.Revision, Cancel);

        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await store.CompactAsync(0, Cancel);
        }

        Assert.True(new FileInfo(_folder.StateFile).Length < 10_000_000, $"{new FileInfo(_folder.StateFile).Length} bytes");
        Assert.Empty(StateFile.Check(_folder.StateFile, Cancel).Findings);
    }

    public void Dispose() => _folder.Dispose();

    private static ObjectKey Key(string name) => new("ns", name);

    private static Write Put(string name, string value) => StoreDocument.Put(Key(name), value);

    private Task<IRevisionStore> OpenAsync(StoreOptions? options = null) => SqliteRevisionStore.OpenAsync(_folder.StateFile, options ?? Options, Cancel);

    private static List<string> ReadAll(IWatchCursor cursor)
    {
        var events = new List<string>();
        while (cursor.TryRead(out StoreEvent? change))
            events.Add(StoreDocument.Describe(change));
        return events;
    }

    /// <summary>Lets the fake clock run until the cursor has something: the store arms its timers on a thread of its own.</summary>
    private async Task AdvanceUntilAsync(IWatchCursor cursor)
    {
        ValueTask wait = cursor.WaitAsync(Cancel);
        while (!wait.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
        await wait;
    }
}
