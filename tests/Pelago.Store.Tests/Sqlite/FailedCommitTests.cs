// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Sqlite;

/// <summary>A commit that fails publishes nothing, and the store goes on as if it had not been asked.</summary>
public sealed class FailedCommitTests : IDisposable
{
    private readonly StateFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Failpoints.TornBatch)]
    [InlineData(Failpoints.BeforeCommit)]
    public async Task A_failed_commit_publishes_nothing_and_takes_no_revision(string failpoint)
    {
        var failpoints = new Failpoints();
        await using IRevisionStore store = await OpenAsync(failpoints);
        IResourceStore pods = store.Resource("pods");
        await pods.WriteAsync(StoreDocument.Create(Key("a"), "1"), Cancel);
        using IWatchCursor cursor = pods.Watch(1);

        failpoints.Set(failpoint, "error");
        StoreFailedException failure = await Assert.ThrowsAsync<StoreFailedException>(
            async () => await pods.WriteAsync([StoreDocument.Put(Key("a"), "2"), StoreDocument.Create(Key("b")), StoreDocument.Create(Key("c"))], Cancel));
        failpoints.Clear(failpoint);

        Assert.Contains("Nothing of it was kept", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.Revision);
        Assert.Equal("1", StoreDocument.Value(Assert.Single(pods.Current.Scan())));
        Assert.False(cursor.TryRead(out _));
        Assert.Equal(2, (await pods.WriteAsync(StoreDocument.Put(Key("a"), "2", expected: 1), Cancel)).Revision);
        Assert.True(cursor.TryRead(out StoreEvent? change));
        Assert.Equal("2 MODIFIED ns/a=2", StoreDocument.Describe(change));
    }

    [Fact]
    public async Task A_failed_commit_fails_all_its_callers_those_with_a_conflict_too()
    {
        var failpoints = new Failpoints();
        await using IRevisionStore store = await OpenAsync(failpoints);
        failpoints.Set(Failpoints.BeforeCommit, "error@1");
        using var gate = new ManualResetEventSlim();
        Task<bool> held = ((RevisionStore)store).Writer.RunAsync(() => gate.Wait(Timeout.Infinite, Cancel), Cancel);

        // Queued while the writer is held, so that they share a commit: one creates, the others are in conflict with it.
        Task<WriteResult>[] racers = [.. Enumerable.Range(0, 5).Select(_ => store.Resource("pods").WriteAsync(StoreDocument.Create(Key("a")), Cancel).AsTask())];
        gate.Set();
        await held;

        foreach (Task<WriteResult> racer in racers)
            await Assert.ThrowsAsync<StoreFailedException>(() => racer);
        Assert.Equal(0, store.Revision);
    }

    [Fact]
    public async Task A_resource_first_written_by_a_failed_commit_is_written_soundly_later()
    {
        var failpoints = new Failpoints();
        await using (IRevisionStore store = await OpenAsync(failpoints))
        {
            failpoints.Set(Failpoints.BeforeCommit, "error@1");
            await Assert.ThrowsAsync<StoreFailedException>(async () => await store.Resource("pods").WriteAsync(StoreDocument.Create(Key("a")), Cancel));
            await store.Resource("services").WriteAsync(StoreDocument.Create(Key("s")), Cancel);
            await store.Resource("pods").WriteAsync(StoreDocument.Create(Key("a")), Cancel);
        }

        await using IRevisionStore again = await OpenAsync(new Failpoints());

        Assert.Equal(["pods", "services"], again.ResourceNames);
        Assert.Empty(StateFile.Check(_folder.StateFile, Cancel).Findings);
    }

    [Fact]
    public async Task A_deletion_by_time_that_failed_is_tried_again()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        var failpoints = new Failpoints();
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(
            _folder.StateFile, StateFolder.Options with { Failpoints = failpoints, Time = time }, Cancel);
        IResourceStore events = store.Resource("events");
        await events.WriteAsync(StoreDocument.Create(Key("e"), "v", time.GetUtcNow().ToUnixTimeSeconds() + 10), Cancel);
        failpoints.Set(Failpoints.BeforeCommit, "error@1");

        using IWatchCursor cursor = events.Watch(1);
        ValueTask wait = cursor.WaitAsync(Cancel);
        while (!wait.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await wait;

        Assert.Equal(0, events.Current.Count);
        Assert.Equal(2, store.Revision);
    }

    [Theory]
    [InlineData("store.before-commit")]
    [InlineData("store.before-commit=explode")]
    [InlineData("store.before-commit=delay")]
    [InlineData("store.before-commit=delay:x")]
    [InlineData("store.before-commit=abort@0")]
    [InlineData("store.before-commit=abort:1:2")]
    [InlineData("=abort")]
    public void A_misspelt_failpoint_is_said(string text) => Assert.Throws<FormatException>(() => Failpoints.Parse(text));

    public void Dispose() => _folder.Dispose();

    private static ObjectKey Key(string name) => new("ns", name);

    private Task<IRevisionStore> OpenAsync(Failpoints failpoints) =>
        SqliteRevisionStore.OpenAsync(_folder.StateFile, StateFolder.Options with { Failpoints = failpoints }, Cancel);
}
