// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.TestKit.Store;

public abstract partial class StoreContract
{
    [Fact]
    public void A_new_store_is_empty_at_revision_zero()
    {
        Assert.Equal(0, Store.Revision);
        Assert.Equal(0, Store.CompactedRevision);
        Assert.Empty(Store.ResourceNames);
        Assert.Empty(Pods.Current.Scan());
        Assert.Equal(0, Pods.Current.Revision);
    }

    [Fact]
    public void Get_of_what_is_not_there_is_null() => Assert.Null(Pods.Current.Get(Key("a")));

    [Fact]
    public void A_resource_has_one_handle() => Assert.Same(Store.Resource("pods"), Store.Resource("pods"));

    [Fact]
    public async Task Resource_names_are_those_with_objects()
    {
        await CreateAsync("a");
        await CreateAsync("a", into: Store.Resource("services"));
        await CreateAsync("a", into: Store.Resource("deployments.apps"));

        await DeleteAsync("a");

        Assert.Equal(["deployments.apps", "services"], Store.ResourceNames);
    }

    [Fact]
    public async Task List_is_sorted_by_namespace_then_name_in_ordinal_order()
    {
        foreach ((string ns, string name) in new[] { ("b", "a"), ("a", "b"), ("a", "a-b"), ("a", "ab"), ("a", "a"), ("a-b", "x"), ("", "z") })
            await CreateAsync(name, ns: ns);

        Assert.Equal(["z", "a/a", "a/a-b", "a/ab", "a/b", "a-b/x", "b/a"], Names(Pods.Current.Scan()));
    }

    [Fact]
    public async Task List_of_a_namespace_has_no_object_of_one_whose_name_begins_the_same()
    {
        foreach (string ns in new[] { "ns", "ns1", "ns-1", "n", "nsx" })
            await CreateAsync("a", ns: ns);

        Assert.Equal(["ns/a"], Names(Pods.Current.Scan("ns")));
        Assert.Equal(1, Pods.Current.CountOf("ns"));
        Assert.Empty(Pods.Current.Scan("absent"));
    }

    [Fact]
    public async Task List_continues_strictly_after_a_key_whether_it_still_exists_or_not()
    {
        foreach (string name in new[] { "a", "b", "d", "e" })
            await CreateAsync(name);
        await CreateAsync("z", ns: "zz");

        Assert.Equal(["ns/d", "ns/e"], Names(Pods.Current.Scan("ns", Key("b"))));
        Assert.Equal(["ns/d", "ns/e"], Names(Pods.Current.Scan("ns", Key("c"))));
        Assert.Equal(["ns/e", "zz/z"], Names(Pods.Current.Scan(after: Key("d"))));
        Assert.Empty(Pods.Current.Scan("ns", Key("e")));
        Assert.Empty(Pods.Current.Scan(after: Key("z", "zz")));
    }

    [Fact]
    public async Task A_continue_key_before_the_namespace_does_not_widen_the_list()
    {
        await CreateAsync("a", ns: "a");
        await CreateAsync("b", ns: "b");

        Assert.Equal(["b/b"], Names(Pods.Current.Scan("b", Key("a", "a"))));
        Assert.Empty(Pods.Current.Scan("a", Key("b", "b")));
    }

    [Fact]
    public async Task CountOf_agrees_with_the_list()
    {
        await Pods.WriteAsync([.. Enumerable.Range(0, 300).Select(i => StoreDocument.Create(Key($"p{i:d3}", $"ns{i % 3}")))], Cancel);
        Snapshot now = Pods.Current;

        foreach (string ns in new[] { "", "ns0", "ns1", "ns2", "ns3" })
        {
            foreach (ObjectKey? after in new ObjectKey?[] { null, Key("", ""), Key("p150", "ns1"), Key("p150", "ns0"), Key("zzz", "ns2"), Key("x", "z") })
                Assert.Equal(now.Scan(ns, after).Count(), now.CountOf(ns, after));
        }
    }

    [Fact]
    public async Task Pages_of_one_snapshot_are_consistent_while_writes_go_on()
    {
        foreach (string name in new[] { "a", "b", "c", "d" })
            await CreateAsync(name);
        Snapshot first = Pods.Current;
        string[] page = Names(first.Scan().Take(2));

        await DeleteAsync("c");
        await CreateAsync("bb");
        await PutAsync("d", "changed");
        StoredObject[] rest = [.. Pods.At(first.Revision).Scan(after: Key("b"))];

        Assert.Equal(["ns/a", "ns/b"], page);
        Assert.Equal(["ns/c", "ns/d"], Names(rest));
        Assert.Equal("v", StoreDocument.Value(rest[1]));
    }

    [Fact]
    public async Task A_snapshot_never_changes()
    {
        await CreateAsync("a", "one");
        Snapshot before = Pods.Current;

        await PutAsync("a", "two");
        await CreateAsync("b");

        Assert.Equal(1, before.Count);
        Assert.Equal("one", StoreDocument.Value(before.Get(Key("a"))!));
    }

    [Fact]
    public async Task Current_is_at_the_revision_of_the_store_even_if_others_wrote_last()
    {
        await CreateAsync("a");
        await CreateAsync("a", into: Store.Resource("services"));

        Assert.Equal(2, Pods.Current.Revision);
    }

    [Fact]
    public async Task Each_past_revision_can_be_listed_exactly()
    {
        await CreateAsync("a", "1");
        await CreateAsync("b", "2");
        await PutAsync("a", "3");
        await CreateAsync("x", into: Store.Resource("services"));
        await DeleteAsync("b");
        await CreateAsync("b", "6");

        string Contents(long revision) => string.Join(' ', Pods.At(revision).Scan().Select(item => item.Key.Name + StoreDocument.Value(item)));
        Assert.Equal(["", "a1", "a1 b2", "a3 b2", "a3 b2", "a3", "a3 b6"], Enumerable.Range(0, 7).Select(revision => Contents(revision)));
        Assert.Equal(4, Pods.At(4).Revision);
    }

    [Fact]
    public async Task A_revision_that_is_yet_to_come_cannot_be_listed()
    {
        await CreateAsync("a");

        Assert.Throws<ArgumentOutOfRangeException>(() => Pods.At(2));
    }

    [Fact]
    public async Task A_compacted_revision_cannot_be_listed_but_the_floor_itself_can()
    {
        for (int i = 0; i < 5; i++)
            await PutAsync("a", $"{i}");

        await Store.CompactAsync(3, Cancel);

        Assert.Equal(3, Store.CompactedRevision);
        HistoryGoneException gone = Assert.Throws<HistoryGoneException>(() => Pods.At(2));
        Assert.Equal(3, gone.Floor);
        Assert.Equal("2", StoreDocument.Value(Pods.At(3).Get(Key("a"))!));
        Assert.Equal("3", StoreDocument.Value(Pods.At(4).Get(Key("a"))!));
    }

    [Fact]
    public async Task Compaction_keeps_the_present()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        await DeleteAsync("a");

        await Store.CompactAsync(Store.Revision, Cancel);
        await CreateAsync("c");

        Assert.Equal(["ns/b", "ns/c"], Names(Pods.Current.Scan()));
        Assert.Equal(4, Store.Revision);
    }

    [Fact]
    public async Task Compaction_never_goes_back_and_never_beyond_the_present()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        await Store.CompactAsync(2, Cancel);

        await Store.CompactAsync(1, Cancel);

        Assert.Equal(2, Store.CompactedRevision);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.CompactAsync(3, Cancel));
    }

    [Fact]
    public async Task The_store_compacts_by_itself_but_keeps_the_retained_revisions_and_the_last_interval()
    {
        await ReopenAsync(Options with { CompactionInterval = TimeSpan.FromMinutes(5), RetainedRevisions = 10 });
        for (int i = 0; i < 30; i++)
            await PutAsync("a", $"{i}");
        Time.Advance(TimeSpan.FromMinutes(5));
        await PutAsync("a", "young");
        long atFirst = Store.CompactedRevision;

        Time.Advance(TimeSpan.FromMinutes(5));
        await PutAsync("a", "younger");
        await PutAsync("a", "after the compaction, which was asked for before the last write and ran behind it");

        Assert.Equal(0, atFirst);
        Assert.Equal(21, Store.CompactedRevision);
    }

    [Fact]
    public async Task Reading_not_older_than_a_revision_waits_for_it()
    {
        Task reached = Store.WaitForRevisionAsync(2, Cancel);
        await CreateAsync("a");
        Assert.False(reached.IsCompleted);

        await CreateAsync("b");
        await reached;

        Assert.True(Store.WaitForRevisionAsync(2, Cancel).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waiting_for_a_revision_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        Task never = Store.WaitForRevisionAsync(9, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public async Task Facts_of_an_object_are_derived_once()
    {
        StoredObject item = await CreateAsync("a", "one");
        int derived = 0;

        string Derive(ReadOnlyMemory<byte> json) => $"{++derived} {json.Length}";
        string first = item.Facts(Derive);

        Assert.Same(first, Pods.Current.Get(Key("a"))!.Facts(Derive));
        Assert.Equal(1, derived);
    }

    [Fact]
    public async Task An_object_can_be_shown_under_another_revision()
    {
        StoredObject item = await CreateAsync("a", "one");

        StoredObject later = item.As(12_345);

        Assert.Equal("12345", StoreDocument.ResourceVersion(later));
        Assert.Equal("one", StoreDocument.Value(later));
        Assert.Equal("1", StoreDocument.ResourceVersion(item));
        Assert.Equal(item.Json.ToArray(), later.As(1).Json.ToArray());
    }
}
