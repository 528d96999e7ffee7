// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.TestKit.Store;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Create_stores_the_document_with_its_resourceVersion()
    {
        WriteResult result = await Pods.WriteAsync(StoreDocument.Create(Key("a"), "one"), Cancel);

        Assert.Equal(WriteOutcome.Done, result.Outcome);
        Assert.Equal(1, result.Revision);
        Assert.Equal("1", StoreDocument.ResourceVersion(result.Object!));
        Assert.Equal("one", StoreDocument.Value(result.Object!));
        Assert.Same(result.Object, Pods.Current.Get(Key("a")));
    }

    [Fact]
    public async Task Create_of_an_existing_name_is_a_conflict_that_shows_what_is_there()
    {
        StoredObject first = await CreateAsync("a", "one");

        WriteResult second = await Pods.WriteAsync(StoreDocument.Create(Key("a"), "two"), Cancel);

        Assert.Equal(new WriteResult(WriteOutcome.Conflict, first.Revision, first), second);
        Assert.Equal("one", StoreDocument.Value(Pods.Current.Get(Key("a"))!));
    }

    [Fact]
    public async Task A_refused_write_takes_no_revision()
    {
        await CreateAsync("a");

        await Pods.WriteAsync(StoreDocument.Create(Key("a")), Cancel);
        StoredObject next = await CreateAsync("b");

        Assert.Equal(2, next.Revision);
    }

    [Fact]
    public async Task Create_of_the_same_name_in_another_namespace_is_another_object()
    {
        await CreateAsync("a", "one");
        await CreateAsync("a", "two", ns: "other");

        Assert.Equal(2, Pods.Current.Count);
        Assert.Equal("one", StoreDocument.Value(Pods.Current.Get(Key("a"))!));
    }

    [Fact]
    public async Task Create_of_the_same_name_in_another_resource_is_another_object()
    {
        await CreateAsync("a");
        await CreateAsync("a", into: Store.Resource("services"));

        Assert.Equal(1, Pods.Current.Count);
        Assert.Equal(1, Store.Resource("services").Current.Count);
    }

    [Fact]
    public async Task Update_at_the_expected_revision_replaces_the_document()
    {
        StoredObject first = await CreateAsync("a", "one");

        WriteResult result = await Pods.WriteAsync(StoreDocument.Put(Key("a"), "two", first.Revision), Cancel);

        Assert.Equal(WriteOutcome.Done, result.Outcome);
        Assert.Equal("two", StoreDocument.Value(Pods.Current.Get(Key("a"))!));
        Assert.Equal("2", StoreDocument.ResourceVersion(result.Object!));
    }

    [Fact]
    public async Task Update_at_a_stale_revision_is_a_conflict()
    {
        StoredObject first = await CreateAsync("a", "one");
        StoredObject second = await PutAsync("a", "two");

        WriteResult result = await Pods.WriteAsync(StoreDocument.Put(Key("a"), "three", first.Revision), Cancel);

        Assert.Equal(new WriteResult(WriteOutcome.Conflict, second.Revision, second), result);
    }

    [Fact]
    public async Task Update_of_what_is_not_there_is_a_conflict_with_nothing()
    {
        WriteResult result = await Pods.WriteAsync(StoreDocument.Put(Key("a"), "one", 7), Cancel);

        Assert.Equal(new WriteResult(WriteOutcome.Conflict, 0, null), result);
    }

    [Fact]
    public async Task Unconditional_update_creates_what_is_not_there()
    {
        WriteResult result = await Pods.WriteAsync(StoreDocument.Put(Key("a"), "one"), Cancel);

        Assert.Equal(WriteOutcome.Done, result.Outcome);
        Assert.Equal(1, Pods.Current.Count);
    }

    [Fact]
    public async Task Unconditional_delete_returns_the_last_content()
    {
        StoredObject item = await CreateAsync("a", "one");

        WriteResult result = await Pods.WriteAsync(StoreDocument.Delete(Key("a")), Cancel);

        Assert.Equal(new WriteResult(WriteOutcome.Done, 2, item), result);
        Assert.Null(Pods.Current.Get(Key("a")));
    }

    [Fact]
    public async Task Delete_of_what_is_not_there_is_a_conflict_with_nothing()
    {
        WriteResult result = await Pods.WriteAsync(StoreDocument.Delete(Key("a")), Cancel);

        Assert.Equal(new WriteResult(WriteOutcome.Conflict, 0, null), result);
    }

    [Fact]
    public async Task Conditional_delete_at_the_expected_revision_deletes()
    {
        StoredObject item = await CreateAsync("a");

        WriteResult result = await Pods.WriteAsync(StoreDocument.Delete(Key("a"), item.Revision), Cancel);

        Assert.Equal(WriteOutcome.Done, result.Outcome);
    }

    [Fact]
    public async Task Conditional_delete_at_a_stale_revision_is_a_conflict_and_keeps_the_object()
    {
        StoredObject first = await CreateAsync("a", "one");
        StoredObject second = await PutAsync("a", "two");

        WriteResult result = await Pods.WriteAsync(StoreDocument.Delete(Key("a"), first.Revision), Cancel);

        Assert.Equal(new WriteResult(WriteOutcome.Conflict, second.Revision, second), result);
        Assert.NotNull(Pods.Current.Get(Key("a")));
    }

    [Fact]
    public async Task A_deleted_name_can_be_created_again_under_a_new_revision()
    {
        await CreateAsync("a", "one");
        await DeleteAsync("a");

        StoredObject again = await CreateAsync("a", "two");

        Assert.Equal(3, again.Revision);
        Assert.Equal("two", StoreDocument.Value(Pods.Current.Get(Key("a"))!));
    }

    [Fact]
    public async Task Revisions_count_up_over_all_resources()
    {
        StoredObject pod = await CreateAsync("a");
        StoredObject service = await CreateAsync("a", into: Store.Resource("services"));
        StoredObject other = await CreateAsync("b");

        Assert.Equal([1, 2, 3], new[] { pod.Revision, service.Revision, other.Revision });
        Assert.Equal(3, Store.Revision);
    }

    [Fact]
    public async Task Of_many_concurrent_creates_of_one_name_one_wins()
    {
        Task<WriteResult>[] racers = [.. Enumerable.Range(0, 50)
            .Select(i => Pods.WriteAsync(StoreDocument.Create(Key("a"), $"{i}"), Cancel).AsTask())];

        WriteResult[] results = await Task.WhenAll(racers);

        Assert.Single(results, result => result.Outcome == WriteOutcome.Done);
        Assert.Equal(1, Store.Revision);
    }

    [Fact]
    public async Task Concurrent_compare_and_swap_loses_no_update()
    {
        await CreateAsync("counter", "0");

        async Task CountAsync()
        {
            for (int done = 0; done < 20;)
            {
                StoredObject now = Pods.Current.Get(Key("counter"))!;
                string next = $"{int.Parse(StoreDocument.Value(now)) + 1}";
                WriteResult result = await Pods.WriteAsync(StoreDocument.Put(Key("counter"), next, now.Revision), Cancel);
                done += result.Outcome == WriteOutcome.Done ? 1 : 0;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(CountAsync, Cancel)));

        Assert.Equal("160", StoreDocument.Value(Pods.Current.Get(Key("counter"))!));
        Assert.Equal(161, Store.Revision);
    }

    [Fact]
    public async Task A_list_of_writes_is_decided_in_order_each_against_the_ones_before_it()
    {
        WriteResult[] results = await Pods.WriteAsync(
            [
                StoreDocument.Create(Key("a"), "one"), StoreDocument.Create(Key("a"), "two"), StoreDocument.Put(Key("a"), "three", 1),
                StoreDocument.Delete(Key("a"), 2), StoreDocument.Delete(Key("a")), StoreDocument.Create(Key("b")),
            ],
            Cancel);

        Assert.Equal(
            [WriteOutcome.Done, WriteOutcome.Conflict, WriteOutcome.Done, WriteOutcome.Done, WriteOutcome.Conflict, WriteOutcome.Done],
            results.Select(result => result.Outcome));
        Assert.Equal([1, 1, 2, 3, 0, 4], results.Select(result => result.Revision));
        Assert.Equal(["ns/b"], Names(Pods.Current.Scan()));
    }

    [Fact]
    public async Task A_list_of_writes_longer_than_a_commit_takes_is_done_whole()
    {
        Write[] writes = [.. Enumerable.Range(0, 2_000).Select(i => StoreDocument.Create(Key($"p{i:d5}")))];

        WriteResult[] results = await Pods.WriteAsync(writes, Cancel);

        Assert.Equal(Enumerable.Range(1, 2_000).Select(i => (long)i), results.Select(result => result.Revision));
        Assert.Equal(2_000, Pods.Current.Count);
    }

    [Fact]
    public async Task An_empty_list_of_writes_does_nothing()
    {
        WriteResult[] results = await Pods.WriteAsync([], Cancel);

        Assert.Empty(results);
        Assert.Equal(0, Store.Revision);
    }

    [Fact]
    public async Task More_writes_than_one_call_may_have_are_refused()
    {
        Write[] writes = [.. Enumerable.Range(0, StoreOptions.MaxWritesTogether + 1).Select(i => StoreDocument.Create(Key($"p{i}")))];

        await Assert.ThrowsAsync<ArgumentException>(async () => await Pods.WriteAsync(writes, Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(5_000)]
    public async Task A_splice_that_would_break_the_document_is_refused(int spliceAt)
    {
        Write write = StoreDocument.Create(Key("a")) with { SpliceAt = spliceAt };

        await Assert.ThrowsAsync<ArgumentException>(async () => await Pods.WriteAsync(write, Cancel));
    }

    [Fact]
    public async Task A_cancelled_write_does_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Pods.WriteAsync(StoreDocument.Create(Key("a")), source.Token));
        await CreateAsync("b");

        Assert.Equal(["ns/b"], Names(Pods.Current.Scan()));
    }

    [Fact]
    public async Task Writes_of_one_caller_keep_their_order_without_being_awaited_one_by_one()
    {
        ValueTask<WriteResult>[] pending = [.. Enumerable.Range(0, 1_000).Select(i => Pods.WriteAsync(StoreDocument.Put(Key("a"), $"{i}"), Cancel))];

        var revisions = new List<long>();
        foreach (ValueTask<WriteResult> write in pending)
            revisions.Add((await write).Revision);

        Assert.Equal(Enumerable.Range(1, 1_000).Select(i => (long)i), revisions);
    }

    [Fact]
    public async Task A_writer_reads_its_own_write()
    {
        for (int i = 0; i < 100; i++)
        {
            StoredObject written = await PutAsync("a", $"{i}");

            Assert.Same(written, Pods.Current.Get(Key("a")));
            Assert.True(Store.Revision >= written.Revision);
        }
    }

    [Fact]
    public async Task A_closed_store_refuses_writes()
    {
        IResourceStore pods = Pods;
        await Store.DisposeAsync();

        await Assert.ThrowsAsync<StoreFailedException>(async () => await pods.WriteAsync(StoreDocument.Create(Key("a")), Cancel));
    }

    [Fact]
    public async Task The_document_is_kept_byte_for_byte_around_the_revision()
    {
        var key = new ObjectKey("", "ünï-名");
        byte[] body = """{ "metadata" : {  "name":"ünï-名" , "x":1.50e3},"z":[ 1, 2 ]}"""u8.ToArray();

        WriteResult result = await Pods.WriteAsync(new Write(key, Write.MustNotExist, body, 16), Cancel);

        Assert.Equal(
            """{ "metadata" : {"resourceVersion":"1",  "name":"ünï-名" , "x":1.50e3},"z":[ 1, 2 ]}""",
            System.Text.Encoding.UTF8.GetString(result.Object!.Json.Span));
    }
}
