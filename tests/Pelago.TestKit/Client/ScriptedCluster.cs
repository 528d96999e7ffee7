// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.TestKit.Client;

/// <summary>
/// A cluster of one resource in memory that misbehaves as told: it keeps a short history, so that old watches expire, and asks
/// <see cref="Fault"/> before every list page and every event. Thread-safe.
/// </summary>
public sealed class ScriptedCluster(int historyLength) : IKubeApi
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ObjectKey, byte[]> _objects = [];
    private readonly List<(long Revision, RawWatchEvent Event)> _history = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision = 1;
    private long _compacted;

    /// <summary>What goes wrong next; called very often, from any thread.</summary>
    public Func<ClusterFault> Fault { get; set; } = () => ClusterFault.None;

    public string Cluster => "scripted";

    /// <summary>How many watches were opened.</summary>
    public int Watches => _watches;

    private int _watches;

    public IReadOnlyDictionary<ObjectKey, string> Contents()
    {
        lock (_gate)
            return _objects.ToDictionary(pair => pair.Key, pair => System.Text.Encoding.UTF8.GetString(pair.Value));
    }

    /// <summary>Creates or changes an object; the document gets its resourceVersion here.</summary>
    public void Put(string ns, string name, string uid, JsonObject content)
    {
        lock (_gate)
        {
            long revision = ++_revision;
            var json = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["uid"] = uid, ["resourceVersion"] = revision.ToString() },
                ["data"] = content,
            };
            byte[] bytes = KubeJson.ToUtf8(json);
            var key = new ObjectKey(ns, name);
            string type = _objects.ContainsKey(key) ? "MODIFIED" : "ADDED";
            _objects[key] = bytes;
            Record(revision, new RawWatchEvent(type, bytes));
        }
    }

    public void Remove(string ns, string name)
    {
        lock (_gate)
        {
            if (!_objects.Remove(new ObjectKey(ns, name), out byte[]? last))
                return;
            long revision = ++_revision;
            JsonObject json = KubeJson.ParseObject(last);
            json.ObjectOrNew("metadata")["resourceVersion"] = revision.ToString();
            Record(revision, new RawWatchEvent("DELETED", KubeJson.ToUtf8(json)));
        }
    }

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        switch (Fault())
        {
            case ClusterFault.Disconnect:
                throw new ClusterUnreachableException(Cluster, "the connection broke");
            case ClusterFault.Expired:
                return Task.FromResult(new ApiResult(default, ApiStatus.Expired("the continue token is too old")));
            default:
                return Task.FromResult(new ApiResult(Page(query), null));
        }
    }

    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        Interlocked.Increment(ref _watches);
        long at = long.Parse(query.ResourceVersion!);
        while (true)
        {
            RawWatchEvent? next;
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                next = at < _compacted ? Error(ApiStatus.Expired("too old resource version")) : After(ref at);
            }
            switch (next is null ? ClusterFault.None : Fault())
            {
                case ClusterFault.Disconnect:
                    throw new ClusterUnreachableException(Cluster, "the connection broke");
                case ClusterFault.End:
                    yield break;
                case ClusterFault.Expired:
                    next = Error(ApiStatus.Expired("compacted"));
                    break;
                case ClusterFault.Garbled:
                    next = Error(ApiStatus.Internal("unable to decode an event from the watch stream"));
                    break;
            }
            if (next is { } present)
                yield return present;
            else
                await changed.WaitAsync(cancel);
            if (next is { Type: "ERROR" })
                yield break;
        }
    }

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => throw new NotSupportedException();

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => throw new NotSupportedException();

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel) =>
        throw new NotSupportedException();

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel) => throw new NotSupportedException();

    private static RawWatchEvent Error(ApiStatus status) => new("ERROR", KubeJson.ToUtf8(status.ToJson()));

    private void Record(long revision, RawWatchEvent change)
    {
        _history.Add((revision, change));
        if (_history.Count > historyLength)
        {
            _compacted = _history[0].Revision;
            _history.RemoveAt(0);
        }
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private RawWatchEvent? After(ref long revision)
    {
        foreach ((long at, RawWatchEvent change) in _history)
        {
            if (at > revision)
            {
                revision = at;
                return change;
            }
        }
        return null;
    }

    /// <summary>Pages are told apart by the key they start after; consistency of the pages is that of the first one's revision, as far as the test can see.</summary>
    private byte[] Page(ListQuery query)
    {
        lock (_gate)
        {
            string[] token = query.Continue?.Split('\n') ?? [];
            var after = token.Length == 3 ? new ObjectKey(token[1], token[2]) : default(ObjectKey?);
            var left = _objects.Where(pair => after is not { } start || pair.Key.CompareTo(start) > 0).ToList();
            string version = token.Length == 3 ? token[0] : _revision.ToString();
            var metadata = new JsonObject { ["resourceVersion"] = version };
            var items = new JsonArray();
            int count = Math.Min(query.Limit ?? int.MaxValue, left.Count);
            for (int i = 0; i < count; i++)
                items.Add(KubeJson.Parse(left[i].Value));
            if (count < left.Count)
                metadata["continue"] = $"{version}\n{left[count - 1].Key.Namespace}\n{left[count - 1].Key.Name}";
            return KubeJson.ToUtf8(new JsonObject { ["metadata"] = metadata, ["items"] = items });
        }
    }
}
