// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Kube.Patch;

namespace Pelago.TestKit.Client;

/// <summary>
/// A cluster of any resources in memory, for tests of what runs against clusters: it stores, patches, binds and watches, and judges nothing.
/// A strategic merge patch merges lists of objects by <c>type</c>, which is what conditions need. Thread-safe.
/// </summary>
public sealed class MemoryCluster(TimeProvider clock) : IKubeApi
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GroupVersionResource Resource, ObjectKey Key), byte[]> _objects = [];
    private readonly List<(long Revision, GroupVersionResource Resource, RawWatchEvent Event)> _history = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision = 1;
    private long _uids;

    public string Cluster => "memory";

    /// <summary>Refuses writes when it returns a Status; asked with the verb and the path.</summary>
    public Func<string, ResourcePath, ApiStatus?> Refuse { get; set; } = (_, _) => null;

    /// <summary>Refuses to show an object when it returns a Status; lists and watches show it all the same.</summary>
    public Func<ResourcePath, ApiStatus?> RefuseGet { get; set; } = _ => null;

    /// <summary>A write for which it returns true is done and its answer is lost; asked with the verb and the path.</summary>
    public Func<string, ResourcePath, bool> LoseAnswer { get; set; } = (_, _) => false;

    /// <summary>The documents of a resource as of now.</summary>
    public IReadOnlyList<KubeObject> List(GroupVersionResource resource)
    {
        lock (_gate)
            return [.. _objects.Where(pair => pair.Key.Resource == resource).OrderBy(pair => pair.Key.Key).Select(pair => KubeObject.Parse(pair.Value))];
    }

    public KubeObject? Find(GroupVersionResource resource, string ns, string name)
    {
        lock (_gate)
            return _objects.TryGetValue((resource, new ObjectKey(ns, name)), out byte[]? json) ? KubeObject.Parse(json) : null;
    }

    /// <summary>Creates or replaces a document given as JSON text; metadata that is missing is made.</summary>
    public KubeObject Put(GroupVersionResource resource, string json)
    {
        var made = KubeObject.Parse(System.Text.Encoding.UTF8.GetBytes(json));
        lock (_gate)
            Store(resource, made);
        return made;
    }

    /// <summary>Waits until a document of the resource, or null once it is gone, satisfies a condition.</summary>
    public async Task<KubeObject?> WaitForAsync(GroupVersionResource resource, string ns, string name, Func<KubeObject?, bool> condition, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
                changed = _changed.Task;
            KubeObject? found = Find(resource, ns, name);
            if (condition(found))
                return found;
            await changed.WaitAsync(cancel);
        }
    }

    public void Remove(GroupVersionResource resource, string ns, string name)
    {
        lock (_gate)
        {
            if (!_objects.Remove((resource, new ObjectKey(ns, name)), out byte[]? last))
                return;
            var gone = KubeObject.Parse(last);
            gone.Metadata["resourceVersion"] = (++_revision).ToString();
            Record(resource, new RawWatchEvent("DELETED", gone.ToUtf8()));
        }
    }

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel)
    {
        if (RefuseGet(path) is { } refused)
            return Task.FromResult(new ApiResult(default, refused));
        KubeObject? found = Find(path.Resource, path.Namespace, path.Name);
        return Task.FromResult(found is { } present ? new ApiResult(present.ToUtf8(), null) : NotFound(path));
    }

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => Task.FromResult(new ApiResult(default, ApiStatus.NoSuchPath()));

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        lock (_gate)
        {
            var items = new JsonArray();
            foreach (KubeObject item in List(path.Resource).Where(item => path.Namespace.Length == 0 || item.Namespace == path.Namespace))
                items.Add((JsonNode)item.Json);
            var list = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = _revision.ToString() }, ["items"] = items };
            return Task.FromResult(new ApiResult(KubeJson.ToUtf8(list), null));
        }
    }

    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        long at = long.Parse(query.ResourceVersion!);
        while (true)
        {
            Task changed;
            List<(long Revision, GroupVersionResource Resource, RawWatchEvent Event)> next;
            lock (_gate)
            {
                changed = _changed.Task;
                next = _history.FindAll(item => item.Revision > at && item.Resource == path.Resource);
            }

            foreach ((long revision, _, RawWatchEvent change) in next)
            {
                at = revision;
                if (path.Namespace.Length == 0 || KubeObject.Parse(change.Object).Namespace == path.Namespace)
                    yield return change;
            }

            if (next.Count == 0)
                await changed.WaitAsync(cancel);
        }
    }

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel)
    {
        if (Refuse("create", path) is { } refused)
            return Task.FromResult(new ApiResult(default, refused));
        ApiResult answer = Create(path, body);
        return LoseAnswer("create", path) ? throw new ClusterUnreachableException(Cluster, "the connection broke") : Task.FromResult(answer);
    }

    private ApiResult Create(ResourcePath path, ReadOnlyMemory<byte> body)
    {
        lock (_gate)
        {
            var given = KubeObject.Parse(body);
            if (path.Subresource == "binding")
            {
                if (Find(path.Resource, path.Namespace, path.Name)?.Spec?.String("nodeName") is { Length: > 0 } node)
                    return new ApiResult(default, ApiStatus.Conflict(path.Resource.GroupResource, path.Name, $"pod {path.Name} is already assigned to node \"{node}\""));
                return Change(path, pod =>
                {
                    pod.Json.ObjectOrNew("spec")["nodeName"] = given.Json.Object("target")!.String("name");
                    foreach ((string key, JsonNode? value) in given.Annotations ?? [])
                        pod.Metadata.ObjectOrNew("annotations")[key] = value?.DeepClone();
                });
            }

            given.Namespace = path.Namespace;
            if (_objects.ContainsKey((path.Resource, given.Key)))
                return new ApiResult(default, ApiStatus.AlreadyExists(path.Resource.GroupResource, given.Name));
            Store(path.Resource, given);
            return new ApiResult(given.ToUtf8(), null);
        }
    }

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel)
    {
        if (Refuse("update", path) is { } refused)
            return Task.FromResult(new ApiResult(default, refused));
        lock (_gate)
        {
            var given = KubeObject.Parse(body);
            Store(path.Resource, given);
            return Task.FromResult(new ApiResult(given.ToUtf8(), null));
        }
    }

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel)
    {
        if (Refuse("patch", path) is { } refused)
            return Task.FromResult(new ApiResult(default, refused));
        JsonObject change = KubeJson.ParseObject(patch);
        lock (_gate)
        {
            return Task.FromResult(Change(path, live =>
            {
                if (type == PatchType.StrategicMerge)
                    MergeByType(live.Json, change);
                JsonObject merged = MergePatch.Apply(live.Json, change);
                live.Json.Clear();
                foreach ((string field, JsonNode? value) in merged.ToArray())
                    live.Json[field] = value?.DeepClone();
            }, (change.Object("metadata")?.String("resourceVersion"), change.Object("metadata")?.String("uid"))));
        }
    }

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel)
    {
        if (Refuse("delete", path) is { } refused)
            return Task.FromResult(new ApiResult(default, refused));
        if (Find(path.Resource, path.Namespace, path.Name) is not { } found)
            return Task.FromResult(NotFound(path));
        if (query.Uid is not null && query.Uid != found.Uid)
            return Task.FromResult(new ApiResult(default, ApiStatus.Conflict(path.Resource.GroupResource, path.Name, "the UID in the precondition does not match")));
        Remove(path.Resource, path.Namespace, path.Name);
        return Task.FromResult(new ApiResult(found.ToUtf8(), null));
    }

    private static ApiResult NotFound(ResourcePath path) => new(default, ApiStatus.NotFound(path.Resource.GroupResource, path.Name));

    /// <summary>Fills lists of the patch up with the live elements that it does not name, so that a merge patch does the rest.</summary>
    private static void MergeByType(JsonObject live, JsonObject patch)
    {
        foreach ((string field, JsonNode? value) in patch.ToArray())
        {
            if (value is JsonObject inner && live[field] is JsonObject liveInner)
                MergeByType(liveInner, inner);
            if (value is not JsonArray items || live[field] is not JsonArray liveItems)
                continue;
            foreach (JsonObject item in liveItems.OfType<JsonObject>())
            {
                JsonObject? same = items.OfType<JsonObject>().FirstOrDefault(other => other.String("type") == item.String("type"));
                if (same is null)
                {
                    items.Add(item.DeepClone());
                    continue;
                }

                foreach ((string key, JsonNode? kept) in item.ToArray())
                    same.TryAdd(key, kept?.DeepClone());
            }
        }
    }

    private ApiResult Change(ResourcePath path, Action<KubeObject> change, (string? Version, string? Uid) expected = default)
    {
        if (!_objects.TryGetValue((path.Resource, new ObjectKey(path.Namespace, path.Name)), out byte[]? json))
            return NotFound(path);
        var live = KubeObject.Parse(json);
        if ((expected.Version is not null && expected.Version != live.ResourceVersion) || (expected.Uid is not null && expected.Uid != live.Uid))
            return new ApiResult(default, ApiStatus.Conflict(path.Resource.GroupResource, path.Name));
        change(live);
        Store(path.Resource, live);
        return new ApiResult(live.ToUtf8(), null);
    }

    private void Store(GroupVersionResource resource, KubeObject item)
    {
        if (item.Uid.Length == 0)
            item.Uid = $"uid-{++_uids}";
        if (item.Metadata.String("creationTimestamp") is null)
            item.Metadata["creationTimestamp"] = MetaTime.Now(clock);
        item.Metadata["resourceVersion"] = (++_revision).ToString();
        byte[] json = item.ToUtf8();
        bool isNew = !_objects.ContainsKey((resource, item.Key));
        _objects[(resource, item.Key)] = json;
        Record(resource, new RawWatchEvent(isNew ? "ADDED" : "MODIFIED", json));
    }

    private void Record(GroupVersionResource resource, RawWatchEvent change)
    {
        _history.Add((_revision, resource, change));
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
