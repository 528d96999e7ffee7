// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;
using Xunit;

namespace Pelago.TestKit.Store;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Watch_sees_creates_updates_and_deletes_in_order()
    {
        using IWatchCursor cursor = Pods.Watch(0);

        await CreateAsync("a", "one");
        await PutAsync("a", "two");
        await DeleteAsync("a");

        Assert.Equal(["1 ADDED ns/a=one", "2 MODIFIED ns/a=two", "3 DELETED ns/a=two"], await ReadAsync(cursor, 3));
    }

    [Fact]
    public async Task Watch_from_a_revision_begins_strictly_after_it()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        await CreateAsync("c");

        using IWatchCursor cursor = Pods.Watch(2);

        Assert.Equal(["3 ADDED ns/c=v"], await ReadAsync(cursor, 1));
    }

    [Fact]
    public async Task Watch_from_zero_replays_all_that_is_kept()
    {
        await CreateAsync("a");
        await DeleteAsync("a");

        using IWatchCursor cursor = Pods.Watch(0);

        Assert.Equal(["1 ADDED ns/a=v", "2 DELETED ns/a=v"], await ReadAsync(cursor, 2));
    }

    [Fact]
    public async Task Watch_from_the_present_sees_only_what_comes()
    {
        await CreateAsync("a");
        using IWatchCursor cursor = Pods.Watch(Pods.Current.Revision);
        Assert.False(cursor.TryRead(out _));

        await CreateAsync("b");

        Assert.Equal(["2 ADDED ns/b=v"], await ReadAsync(cursor, 1));
    }

    [Fact]
    public async Task Watch_sees_its_own_resource_only_and_the_gaps_are_the_others()
    {
        using IWatchCursor cursor = Pods.Watch(0);

        await CreateAsync("a");
        await CreateAsync("a", into: Store.Resource("services"));
        await CreateAsync("b");

        Assert.Equal(["1 ADDED ns/a=v", "3 ADDED ns/b=v"], await ReadAsync(cursor, 2));
    }

    [Fact]
    public async Task Watch_from_a_compacted_revision_is_refused_and_from_the_floor_it_is_whole()
    {
        for (int i = 1; i <= 5; i++)
            await PutAsync("a", $"{i}");
        await Store.CompactAsync(3, Cancel);

        Assert.Throws<HistoryGoneException>(() => Pods.Watch(2));
        using IWatchCursor cursor = Pods.Watch(3);

        Assert.Equal(["4 MODIFIED ns/a=4", "5 MODIFIED ns/a=5"], await ReadAsync(cursor, 2));
    }

    [Fact]
    public async Task A_deleted_object_is_told_with_its_last_content_under_the_revision_of_the_deletion()
    {
        await CreateAsync("a", "one");
        using IWatchCursor cursor = Pods.Watch(Store.Revision);
        await DeleteAsync("a");

        await cursor.WaitAsync(Cancel);
        Assert.True(cursor.TryRead(out StoreEvent? deleted));

        Assert.Null(deleted.Current);
        Assert.Equal("1", StoreDocument.ResourceVersion(deleted.Previous!));
        Assert.Equal("2", StoreDocument.ResourceVersion(deleted.Object));
        Assert.Equal("one", StoreDocument.Value(deleted.Object));
    }

    [Fact]
    public async Task An_update_is_told_with_what_was_before_for_selectors_that_stop_matching()
    {
        StoredObject before = await CreateAsync("a", "one");
        using IWatchCursor cursor = Pods.Watch(Store.Revision);
        StoredObject after = await PutAsync("a", "two");

        Assert.True(cursor.TryRead(out StoreEvent? change));

        Assert.Same(before, change.Previous);
        Assert.Same(after, change.Current);
        Assert.Same(after, change.Object);
    }

    [Fact]
    public async Task A_refused_write_makes_no_event()
    {
        await CreateAsync("a");
        using IWatchCursor cursor = Pods.Watch(1);

        await Pods.WriteAsync(StoreDocument.Create(Key("a")), Cancel);
        await CreateAsync("b");

        Assert.Equal(["2 ADDED ns/b=v"], await ReadAsync(cursor, 1));
    }

    [Fact]
    public async Task Whoever_reads_an_event_finds_a_state_that_has_it()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 500; i++)
                    await PutAsync("a", $"{i}");
            },
            Cancel);

        for (long last = 0; last < 500;)
        {
            if (!cursor.TryRead(out StoreEvent? next))
            {
                await cursor.WaitAsync(Cancel);
                continue;
            }
            last = next.Revision;
            Assert.True(Pods.Current.Revision >= last);
            Assert.True(Pods.Current.Get(Key("a"))!.Revision >= last);
        }

        await writing;
    }

    [Fact]
    public async Task List_then_watch_misses_nothing_and_repeats_nothing()
    {
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 1_000; i++)
                    await CreateAsync($"p{i:d4}");
            },
            Cancel);

        var counts = new List<int>();
        while (!writing.IsCompleted)
        {
            Snapshot list = Pods.Current;
            using IWatchCursor cursor = Pods.Watch(list.Revision);
            if (list.Count < 999)
                counts.Add((await ReadAsync(cursor, 1))[0] == $"{list.Count + 1} ADDED ns/p{list.Count:d4}=v" ? 1 : 0);
        }

        await writing;
        Assert.DoesNotContain(0, counts);
    }

    [Fact]
    public async Task Concurrent_watchers_see_the_same_events_in_the_same_order()
    {
        IWatchCursor[] cursors = [.. Enumerable.Range(0, 20).Select(_ => Pods.Watch(0))];
        Task<string[]>[] readers = [.. cursors.Select(cursor => Task.Run(() => ReadAsync(cursor, 400), Cancel))];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (int i = 0; i < 100; i++)
                    await PutAsync($"p{i % 7}", $"{writer}.{i}");
            },
            Cancel)));
        string[][] seen = await Task.WhenAll(readers);

        Assert.All(seen, events => Assert.Equal(seen[0], events));
        Assert.Equal(Enumerable.Range(1, 400).Select(i => $"{i}"), seen[0].Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task A_delayed_reader_gets_everything_from_where_it_stood()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        for (int i = 0; i < 2_000; i++)
            _ = Pods.WriteAsync(StoreDocument.Put(Key($"p{i % 10}"), $"{i}"), Cancel).AsTask();
        await Store.WaitForRevisionAsync(2_000, Cancel);

        string[] events = await ReadAsync(cursor, 2_000);

        Assert.Equal("1999", events[^1].Split('=')[1]);
    }

    [Fact]
    public async Task A_reader_too_far_behind_is_told_so_and_one_that_keeps_up_is_not()
    {
        await ReopenAsync(Options with { HistoryEvents = 10 });
        using IWatchCursor slow = Pods.Watch(0);
        using IWatchCursor quick = Pods.Watch(0);
        await CreateAsync("a");
        Assert.True(slow.TryRead(out _));
        Assert.True(quick.TryRead(out _));

        for (int i = 0; i < 20; i++)
        {
            await PutAsync("a", $"{i}");
            await ReadAsync(quick, 1);
        }

        Assert.Throws<WatchLaggedException>(() => slow.TryRead(out _));
        Assert.Equal(21, quick.Revision);
    }

    [Fact]
    public async Task Memory_of_past_events_is_bounded_by_bytes_too()
    {
        await ReopenAsync(Options with { HistoryBytes = 64 << 10 });
        using IWatchCursor cursor = Pods.Watch(0);
        await CreateAsync("a");
        Assert.True(cursor.TryRead(out _));

        for (int i = 0; i < 200; i++)
            await PutAsync("a", new string('x', 1_000));

        Assert.Throws<WatchLaggedException>(() => cursor.TryRead(out _));
    }

    [Fact]
    public async Task The_bookmark_of_an_idle_watch_moves_on_with_the_store()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        await CreateAsync("a", into: Store.Resource("services"));
        await CreateAsync("b", into: Store.Resource("services"));

        Assert.False(cursor.TryRead(out _));

        Assert.Equal(2, cursor.Revision);
    }

    [Fact]
    public async Task The_bookmark_never_passes_an_unread_event()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 500; i++)
                    await CreateAsync($"p{i}", into: Store.Resource(i % 2 == 0 ? "pods" : "services"));
            },
            Cancel);

        for (int read = 0; read < 250;)
        {
            if (!cursor.TryRead(out StoreEvent? next))
            {
                long bookmark = cursor.Revision;
                Assert.True(bookmark <= 2 * read, $"{bookmark} was promised after {read} events");
                await cursor.WaitAsync(Cancel);
                continue;
            }
            read++;
            Assert.Equal((2 * read) - 1, next.Revision);
        }

        await writing;
    }

    [Fact]
    public async Task A_waiting_watch_wakes_for_an_event()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        ValueTask wait = cursor.WaitAsync(Cancel);
        Assert.False(wait.IsCompleted);

        await CreateAsync("a");
        await wait;

        Assert.True(cursor.TryRead(out _));
    }

    [Fact]
    public async Task Wake_ends_a_wait_without_an_event_and_the_next_wait_is_sound()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        ValueTask wait = cursor.WaitAsync(Cancel);

        cursor.Wake();
        await wait;
        Assert.False(cursor.TryRead(out _));
        ValueTask second = cursor.WaitAsync(Cancel);
        Assert.False(second.IsCompleted);
        await CreateAsync("a");
        await second;

        Assert.True(cursor.TryRead(out _));
    }

    [Fact]
    public async Task Wake_before_a_wait_is_not_lost()
    {
        using IWatchCursor cursor = Pods.Watch(0);

        cursor.Wake();
        await cursor.WaitAsync(Cancel);

        ValueTask next = cursor.WaitAsync(Cancel);
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Cancelling_a_wait_leaves_the_cursor_usable()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        using var source = new CancellationTokenSource();
        ValueTask wait = cursor.WaitAsync(source.Token);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
        await CreateAsync("a");

        Assert.Equal(["1 ADDED ns/a=v"], await ReadAsync(cursor, 1));
    }

    [Fact]
    public async Task Closing_the_store_ends_its_watches()
    {
        using IWatchCursor waiting = Pods.Watch(0);
        using IWatchCursor idle = Pods.Watch(0);
        ValueTask wait = waiting.WaitAsync(Cancel);

        await Store.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await idle.WaitAsync(Cancel));
    }

    [Fact]
    public async Task An_event_is_encoded_once_for_all_its_readers()
    {
        using IWatchCursor one = Pods.Watch(0);
        using IWatchCursor two = Pods.Watch(0);
        await CreateAsync("a");
        int encoded = 0;

        string Encode(StoreEvent change) => $"{++encoded} {change.Revision}";
        Assert.True(one.TryRead(out StoreEvent? first));
        Assert.True(two.TryRead(out StoreEvent? second));

        Assert.Same(first.Encoded(Encode), second.Encoded(Encode));
        Assert.Equal(1, encoded);
    }

    [Fact]
    public async Task Writes_made_together_are_events_one_by_one()
    {
        using IWatchCursor cursor = Pods.Watch(0);

        await Pods.WriteAsync([StoreDocument.Create(Key("a")), StoreDocument.Put(Key("a"), "w"), StoreDocument.Delete(Key("a"))], Cancel);

        Assert.Equal(["1 ADDED ns/a=v", "2 MODIFIED ns/a=w", "3 DELETED ns/a=w"], await ReadAsync(cursor, 3));
    }
}
