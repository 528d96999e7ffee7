// SPDX-License-Identifier: Apache-2.0

using Pelago.Store;
using Xunit;

namespace Pelago.TestKit.Store;

public abstract partial class StoreContract
{
    private long In(int seconds) => Time.GetUtcNow().ToUnixTimeSeconds() + seconds;

    [Fact]
    public async Task An_object_expires_as_a_delete_with_a_revision_and_an_event()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        await Pods.WriteAsync(StoreDocument.Create(Key("a"), "v", In(60)), Cancel);
        await ReadAsync(cursor, 1);

        Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(["2 DELETED ns/a=v"], await ReadAsync(cursor, 1));
        Assert.Equal(0, Pods.Current.Count);
    }

    [Fact]
    public async Task Nothing_expires_before_its_time()
    {
        await Pods.WriteAsync(StoreDocument.Create(Key("a"), "v", In(60)), Cancel);

        Time.Advance(TimeSpan.FromSeconds(59));
        await CreateAsync("b");

        Assert.Equal(2, Pods.Current.Count);
    }

    [Fact]
    public async Task Objects_expire_in_the_order_of_their_times()
    {
        using IWatchCursor cursor = Pods.Watch(0);
        await Pods.WriteAsync(StoreDocument.Create(Key("late"), "v", In(120)), Cancel);
        await Pods.WriteAsync(StoreDocument.Create(Key("soon"), "v", In(30)), Cancel);
        await CreateAsync("stays");
        await ReadAsync(cursor, 3);

        Time.Advance(TimeSpan.FromSeconds(30));
        string[] first = await ReadAsync(cursor, 1);
        Time.Advance(TimeSpan.FromSeconds(90));
        string[] second = await ReadAsync(cursor, 1);

        Assert.Equal(["4 DELETED ns/soon=v", "5 DELETED ns/late=v"], first.Concat(second));
        Assert.Equal(["ns/stays"], Names(Pods.Current.Scan()));
    }

    [Fact]
    public async Task An_update_renews_the_time()
    {
        await Pods.WriteAsync(StoreDocument.Create(Key("a"), "v", In(60)), Cancel);
        await Pods.WriteAsync(StoreDocument.Create(Key("marker"), "v", In(60)), Cancel);
        using IWatchCursor cursor = Pods.Watch(2);

        await Pods.WriteAsync(StoreDocument.Put(Key("a"), "w", expiresAt: In(90)), Cancel);
        Time.Advance(TimeSpan.FromSeconds(60));
        string[] first = await ReadAsync(cursor, 2);
        Time.Advance(TimeSpan.FromSeconds(30));
        string[] second = await ReadAsync(cursor, 1);

        Assert.Equal(["3 MODIFIED ns/a=w", "4 DELETED ns/marker=v", "5 DELETED ns/a=w"], first.Concat(second));
    }

    [Fact]
    public async Task An_update_without_a_time_keeps_the_object_for_ever()
    {
        await Pods.WriteAsync(StoreDocument.Create(Key("a"), "v", In(60)), Cancel);
        await Pods.WriteAsync(StoreDocument.Create(Key("marker"), "v", In(60)), Cancel);
        using IWatchCursor cursor = Pods.Watch(3);

        await PutAsync("a", "w");
        Time.Advance(TimeSpan.FromHours(1));
        await ReadAsync(cursor, 1);

        Assert.Equal(["ns/a"], Names(Pods.Current.Scan()));
    }

    [Fact]
    public async Task A_new_object_does_not_inherit_the_time_of_a_deleted_one()
    {
        await Pods.WriteAsync(StoreDocument.Create(Key("a"), "v", In(60)), Cancel);
        await DeleteAsync("a");
        await CreateAsync("a", "again");
        await Pods.WriteAsync(StoreDocument.Create(Key("marker"), "v", In(60)), Cancel);
        using IWatchCursor cursor = Pods.Watch(Store.Revision);

        Time.Advance(TimeSpan.FromSeconds(60));
        await ReadAsync(cursor, 1);

        Assert.Equal(["ns/a"], Names(Pods.Current.Scan()));
    }

    [Fact]
    public async Task What_is_written_with_a_time_in_the_past_goes_at_once()
    {
        using IWatchCursor cursor = Pods.Watch(0);

        await Pods.WriteAsync(StoreDocument.Create(Key("a"), "v", In(-5)), Cancel);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["1 ADDED ns/a=v", "2 DELETED ns/a=v"], await ReadAsync(cursor, 2));
    }

    [Fact]
    public async Task More_objects_than_a_commit_takes_expire_together()
    {
        await Pods.WriteAsync([.. Enumerable.Range(0, 1_500).Select(i => StoreDocument.Create(Key($"p{i}"), "v", In(60)))], Cancel);
        using IWatchCursor cursor = Pods.Watch(Store.Revision);

        Time.Advance(TimeSpan.FromSeconds(60));
        for (int read = 0; read < 1_500; read++)
        {
            // Each round of deletions arms the timer for the next one.
            while (!cursor.TryRead(out _))
            {
                Time.Advance(TimeSpan.FromMilliseconds(1));
                await Task.Yield();
            }
        }

        Assert.Equal(0, Pods.Current.Count);
    }

    [Fact]
    public async Task An_object_written_again_and_again_expires_once()
    {
        for (int i = 0; i < 3_000; i++)
            _ = Pods.WriteAsync(StoreDocument.Put(Key("lease"), $"{i}", expiresAt: In(60)), Cancel).AsTask();
        await Store.WaitForRevisionAsync(3_000, Cancel);
        using IWatchCursor cursor = Pods.Watch(3_000);

        Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(["3001 DELETED ns/lease=2999"], await ReadAsync(cursor, 1));
    }
}
