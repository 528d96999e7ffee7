// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pelago.Client.Informers;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// Keeps a cache equal to what a cluster has of one resource: a list, then a watch from its resourceVersion, and a list again whenever the watch
/// cannot go on (410). Handlers run one after the other on the informer's own loop, after the cache has the change: they must be quick,
/// like putting a key into a <see cref="WorkQueue{TKey}"/>.
/// </summary>
/// <remarks><c>decode</c> must copy what it keeps of its bytes: they are a slice of a whole page. Lean types make lean caches.</remarks>
public sealed class Informer<T> : IInformer
    where T : class
{
    private readonly InformerSource _source;
    private readonly Func<ReadOnlyMemory<byte>, T> _decode;
    private readonly ILogger _logger;
    private readonly Lock _dispatch = new();
    private readonly List<Action<InformerEvent<T>>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Informer(
        IKubeApi api, GroupVersionResource resource, string ns, ListQuery query, Func<ReadOnlyMemory<byte>, T> decode,
        InformerOptions options, TimeProvider time, ILogger logger)
    {
        _source = new InformerSource(api, new ResourcePath(resource, ns), query, options, time, logger);
        _decode = decode;
        _logger = logger;
    }

    public InformerCache<T> Cache { get; } = new();

    public GroupVersionResource Resource => _source.Path.Resource;

    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    public Task WaitForSyncAsync(CancellationToken cancel) => _synced.Task.WaitAsync(cancel);

    /// <summary>Adds a named index; one that is there already stays, so that several users may ask for the same.</summary>
    public Informer<T> WithIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_dispatch)
        {
            if (!Cache.HasIndex(name))
                Cache.AddIndex(name, values);
        }
        return this;
    }

    /// <summary>The handler first hears of every object already in the cache as added.</summary>
    public void AddHandler(Action<InformerEvent<T>> handler)
    {
        lock (_dispatch)
        {
            foreach ((ObjectKey key, InformerCache<T>.Entry entry) in Cache.Entries())
                Notify(handler, new InformerEvent<T>(InformerEventType.Added, key, null, entry.Value));
            _handlers.Add(handler);
        }
    }

    public Task RunAsync(CancellationToken cancel) => _source.RunAsync(Replace, Apply, cancel);

    /// <summary>Makes the cache equal to a full list: what changed, what is new, and what has gone without our seeing it.</summary>
    private void Replace(IReadOnlyList<ReadOnlyMemory<byte>> items, bool isLastPage, HashSet<ObjectKey> seen)
    {
        foreach (ReadOnlyMemory<byte> item in items)
        {
            if (Store(item) is { } key)
                seen.Add(key);
        }
        if (!isLastPage)
            return;
        foreach ((ObjectKey key, InformerCache<T>.Entry _) in Cache.Entries())
        {
            if (!seen.Contains(key))
                Delete(key, null, isTombstone: true);
        }
        _synced.TrySetResult();
    }

    private void Apply(string type, ReadOnlyMemory<byte> item)
    {
        if (type == "DELETED")
            Delete(ObjectIdentity.Read(item.Span).Key, item, isTombstone: false);
        else
            Store(item);
    }

    private ObjectKey? Store(ReadOnlyMemory<byte> item)
    {
        ObjectIdentity identity = ObjectIdentity.Read(item.Span);
        if (Cache.TryGet(identity.Key, out InformerCache<T>.Entry old) && old.ResourceVersion == identity.ResourceVersion && old.Uid == identity.Uid)
            return identity.Key;
        if (Decode(item, identity.Key) is not { } value)
            return null;
        if (old.Value is not null && old.Uid != identity.Uid)
        {
            Delete(identity.Key, null, isTombstone: true);
            old = default;
        }
        var entry = new InformerCache<T>.Entry(value, identity.Uid, identity.ResourceVersion);
        InformerEventType type = old.Value is null ? InformerEventType.Added : InformerEventType.Updated;
        Publish(entry, new InformerEvent<T>(type, identity.Key, old.Value, value));
        return identity.Key;
    }

    private void Delete(ObjectKey key, ReadOnlyMemory<byte>? last, bool isTombstone)
    {
        if (!Cache.TryGet(key, out InformerCache<T>.Entry old))
            return;
        T value = last is { } bytes && Decode(bytes, key) is { } final ? final : old.Value;
        Publish(null, new InformerEvent<T>(InformerEventType.Deleted, key, value, null, isTombstone));
    }

    private void Publish(InformerCache<T>.Entry? entry, InformerEvent<T> change)
    {
        lock (_dispatch)
        {
            if (entry is { } present)
                Cache.Set(change.Key, present);
            else
                Cache.Remove(change.Key);
            foreach (Action<InformerEvent<T>> handler in _handlers)
                Notify(handler, change);
        }
    }

    private T? Decode(ReadOnlyMemory<byte> item, ObjectKey key)
    {
        try
        {
            return _decode(item);
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            InformerLog.Unreadable(_logger, Resource, key, unreadable);
            return null;
        }
    }

    private void Notify(Action<InformerEvent<T>> handler, InformerEvent<T> change)
    {
        try
        {
            handler(change);
        }
        catch (Exception fault)
        {
            InformerLog.HandlerFailed(_logger, Resource, change.Key, fault);
        }
    }
}
