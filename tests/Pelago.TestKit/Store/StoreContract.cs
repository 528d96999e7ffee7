// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.TestKit.Store;

/// <summary>
/// What every <see cref="IRevisionStore"/> does, restated from the behaviours that apiserver's pkg/storage/testing asks of a storage.
/// A store passes by deriving from this class.
/// </summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    private IRevisionStore? _store;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected IRevisionStore Store => _store!;

    protected IResourceStore Pods => Store.Resource("pods");

    /// <summary>Nothing is compacted unless a test says so.</summary>
    protected StoreOptions Options => new() { Time = Time, CompactionInterval = TimeSpan.Zero };

    /// <summary>A new, empty store.</summary>
    protected abstract Task<IRevisionStore> OpenAsync(StoreOptions options);

    public async ValueTask InitializeAsync() => _store = await OpenAsync(Options);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
            await _store.DisposeAsync();
        await CleanUpAsync();
    }

    /// <summary>Removes what the store left behind.</summary>
    protected virtual ValueTask CleanUpAsync() => default;

    protected async Task ReopenAsync(StoreOptions options)
    {
        await Store.DisposeAsync();
        _store = await OpenAsync(options);
    }

    protected static ObjectKey Key(string name, string ns = "ns") => new(ns, name);

    protected async Task<StoredObject> CreateAsync(string name, string value = "v", string ns = "ns", IResourceStore? into = null)
    {
        WriteResult result = await (into ?? Pods).WriteAsync(StoreDocument.Create(Key(name, ns), value), Cancel);
        Assert.Equal(WriteOutcome.Done, result.Outcome);
        return result.Object!;
    }

    protected async Task<StoredObject> PutAsync(string name, string value, string ns = "ns")
    {
        WriteResult result = await Pods.WriteAsync(StoreDocument.Put(Key(name, ns), value), Cancel);
        Assert.Equal(WriteOutcome.Done, result.Outcome);
        return result.Object!;
    }

    protected async Task<WriteResult> DeleteAsync(string name, string ns = "ns")
    {
        WriteResult result = await Pods.WriteAsync(StoreDocument.Delete(Key(name, ns)), Cancel);
        Assert.Equal(WriteOutcome.Done, result.Outcome);
        return result;
    }

    protected static string[] Names(IEnumerable<StoredObject> items) => [.. items.Select(item => item.Key.ToString())];

    /// <summary>The next events, waiting for them.</summary>
    protected static async Task<string[]> ReadAsync(IWatchCursor cursor, int count)
    {
        var events = new List<string>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (events.Count < count)
        {
            if (cursor.TryRead(out StoreEvent? next))
                events.Add(StoreDocument.Describe(next));
            else
                await cursor.WaitAsync(patience.Token);
        }
        return [.. events];
    }
}
