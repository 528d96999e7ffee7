// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.TestKit.Node;

/// <summary>
/// As much of an API server as a node needs, in memory: objects of every resource, watches from any revision, merge patches, graceful deletes of pods.
/// Nothing is validated or defaulted. Thread-safe.
/// </summary>
public sealed class MemoryCluster(TimeProvider time) : IKubeApi
{
    private static readonly Dictionary<string, string> MergeKeys = new(StringComparer.Ordinal)
    {
        ["conditions"] = "type", ["addresses"] = "type", ["podIPs"] = "ip",
    };

    private readonly Lock _gate = new();
    private readonly List<Change> _history = [];
    private ImmutableSortedDictionary<string, JsonObject> _objects = ImmutableSortedDictionary.Create<string, JsonObject>(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;

    public string Cluster => "memory";

    /// <summary>Answers creations that are no plain object, such as tokens; null for the rest.</summary>
    public Func<ResourcePath, JsonObject, JsonObject?>? OnCreate { get; set; }

    /// <summary>How often each resource was patched, with its subresource: <c>pods/status</c>.</summary>
    public IReadOnlyDictionary<string, int> Patches => _patches;

    private ImmutableDictionary<string, int> _patches = ImmutableDictionary<string, int>.Empty;

    /// <summary>Puts an object there, as a user with kubectl would.</summary>
    public JsonObject Apply(string resource, JsonObject json)
    {
        lock (_gate)
        {
            var copy = (JsonObject)json.DeepClone();
            JsonObject metadata = copy.ObjectOrNew("metadata");
            string key = KeyOf(resource, metadata.String("namespace") ?? "", metadata.String("name")!);
            metadata["uid"] = _objects.TryGetValue(key, out JsonObject? old) ? old.Object("metadata")!.String("uid") : metadata.String("uid") ?? Guid.NewGuid().ToString();
            metadata["creationTimestamp"] ??= Stamp();
            return Store(key, copy, old is null ? "ADDED" : "MODIFIED");
        }
    }

    /// <summary>Null when it is not there.</summary>
    public JsonObject? Find(string resource, string ns, string name)
    {
        lock (_gate)
            return _objects.TryGetValue(KeyOf(resource, ns, name), out JsonObject? found) ? (JsonObject)found.DeepClone() : null;
    }

    /// <summary>The last content of an object, even when it is deleted.</summary>
    public JsonObject? Last(string resource, string ns, string name)
    {
        lock (_gate)
            return _history.FindLast(change => change.Key == KeyOf(resource, ns, name))?.Object;
    }

    public IReadOnlyList<JsonObject> All(string resource)
    {
        lock (_gate)
            return [.. _objects.Where(pair => pair.Key.StartsWith(resource + "/", StringComparison.Ordinal)).Select(pair => (JsonObject)pair.Value.DeepClone())];
    }

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) =>
        Task.FromResult(Find(path.Resource.GroupResource.ToString(), path.Namespace, path.Name) is { } found ? Ok(found) : NotFound(path));

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => throw new NotSupportedException();

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        lock (_gate)
        {
            var items = new JsonArray();
            foreach (JsonObject item in Selected(path, query))
                items.Add(item.DeepClone());
            return Task.FromResult(Ok(new JsonObject
            {
                ["kind"] = "List", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["resourceVersion"] = $"{_revision}" }, ["items"] = items,
            }));
        }
    }

    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        long at = long.Parse(query.ResourceVersion ?? "0");
        while (true)
        {
            List<Change> news;
            Task changed;
            lock (_gate)
            {
                news = [.. _history.Where(change => change.Revision > at)];
                changed = _changed.Task;
            }
            foreach (Change change in news)
            {
                at = change.Revision;
                if (IsOf(path, change.Key) && Matches(query, change.Object))
                    yield return new RawWatchEvent(change.Type, KubeJson.ToUtf8(change.Object));
            }
            if (news.Count == 0)
                await changed.WaitAsync(cancel);
        }
    }

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel)
    {
        JsonObject json = KubeJson.ParseObject(body);
        if (OnCreate?.Invoke(path, json) is { } answer)
            return Task.FromResult(Ok(answer));
        lock (_gate)
        {
            JsonObject metadata = json.ObjectOrNew("metadata");
            if (path.Namespace.Length > 0)
                metadata["namespace"] = path.Namespace;
            string name = metadata.String("name")!;
            if (_objects.ContainsKey(KeyOf(path.Resource.GroupResource.ToString(), path.Namespace, name)))
                return Task.FromResult(new ApiResult(default, ApiStatus.AlreadyExists(path.Resource.GroupResource, name)));
            return Task.FromResult(Ok(Apply(path.Resource.GroupResource.ToString(), json)));
        }
    }

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        Task.FromResult(Ok(Apply(path.Resource.GroupResource.ToString(), KubeJson.ParseObject(body))));

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel)
    {
        lock (_gate)
        {
            string resource = path.Resource.GroupResource.ToString();
            string counter = path.Subresource.Length == 0 ? resource : $"{resource}/{path.Subresource}";
            _patches = _patches.SetItem(counter, _patches.GetValueOrDefault(counter) + 1);
            string key = KeyOf(resource, path.Namespace, path.Name);
            if (!_objects.TryGetValue(key, out JsonObject? old))
                return Task.FromResult(NotFound(path));
            var merged = (JsonObject)old.DeepClone();
            JsonObject changes = KubeJson.ParseObject(patch);
            if (changes.Object("metadata")?.String("uid") is { } uid && uid != old.Object("metadata")!.String("uid"))
                return Task.FromResult(new ApiResult(default, ApiStatus.Conflict(path.Resource.GroupResource, path.Name, "Precondition failed: UID in precondition")));
            Merge(merged, changes, type == PatchType.StrategicMerge);
            return Task.FromResult(Ok(JsonNode.DeepEquals(old, merged) ? old : Store(key, merged, "MODIFIED")));
        }
    }

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel)
    {
        lock (_gate)
        {
            string key = KeyOf(path.Resource.GroupResource.ToString(), path.Namespace, path.Name);
            if (!_objects.TryGetValue(key, out JsonObject? old))
                return Task.FromResult(NotFound(path));
            if (query.Uid is { } uid && uid != old.Object("metadata")!.String("uid"))
                return Task.FromResult(new ApiResult(default, ApiStatus.Conflict(path.Resource.GroupResource, path.Name)));
            var last = (JsonObject)old.DeepClone();
            long grace = query.GracePeriodSeconds ?? last.Object("spec")?.Integer("terminationGracePeriodSeconds") ?? 30;
            if (path.Resource.Resource == "pods" && grace > 0 && last.Object("spec")?.String("nodeName") is not null)
            {
                last.Object("metadata")!["deletionTimestamp"] = Stamp();
                last.Object("metadata")!["deletionGracePeriodSeconds"] = grace;
                return Task.FromResult(Ok(Store(key, last, "MODIFIED")));
            }
            _objects = _objects.Remove(key);
            Record(key, last, "DELETED");
            return Task.FromResult(Ok(last));
        }
    }

    private static void Merge(JsonObject into, JsonObject patch, bool byKey)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null)
                into.Remove(name);
            else if (value is JsonObject inner)
                Merge(into.ObjectOrNew(name), inner, byKey);
            else if (byKey && value is JsonArray list && MergeKeys.TryGetValue(name, out string? key))
                into[name] = MergeList(into.Array(name), list, key);
            else
                into[name] = value.DeepClone();
        }
    }

    private static JsonArray MergeList(JsonArray? old, JsonArray patch, string key)
    {
        bool replace = patch.OfType<JsonObject>().Any(item => item.String("$patch") == "replace");
        List<JsonObject> merged = replace ? [] : [.. (old ?? []).OfType<JsonObject>().Select(item => (JsonObject)item.DeepClone())];
        foreach (JsonObject item in patch.OfType<JsonObject>().Where(item => item["$patch"] is null))
        {
            JsonObject? known = merged.Find(other => other.String(key) == item.String(key));
            if (known is null)
                merged.Add((JsonObject)item.DeepClone());
            else
                Merge(known, item, byKey: true);
        }
        return [.. merged];
    }

    private static string KeyOf(string resource, string ns, string name) => $"{resource}/{ns}/{name}";

    private static bool IsOf(ResourcePath path, string key) =>
        key.StartsWith($"{path.Resource.GroupResource}/", StringComparison.Ordinal)
        && (path.Namespace.Length == 0 || key.StartsWith($"{path.Resource.GroupResource}/{path.Namespace}/", StringComparison.Ordinal));

    private static bool Matches(ListQuery query, JsonObject item) =>
        FieldSelector.Parse(query.FieldSelector ?? "").Matches(field => (item.At(field.Split('.')) as JsonValue)?.ToString() ?? "");

    private static ApiResult Ok(JsonObject json) => new(KubeJson.ToUtf8(json), null);

    private static ApiResult NotFound(ResourcePath path) => new(default, ApiStatus.NotFound(path.Resource.GroupResource, path.Name));

    private IEnumerable<JsonObject> Selected(ResourcePath path, ListQuery query) =>
        _objects.Where(pair => IsOf(path, pair.Key) && Matches(query, pair.Value)).Select(pair => pair.Value);

    private JsonObject Store(string key, JsonObject json, string type)
    {
        json.Object("metadata")!["resourceVersion"] = $"{_revision + 1}";
        _objects = _objects.SetItem(key, json);
        Record(key, json, type);
        return (JsonObject)json.DeepClone();
    }

    private void Record(string key, JsonObject json, string type)
    {
        long revision = ++_revision;
        var copy = (JsonObject)json.DeepClone();
        copy.Object("metadata")!["resourceVersion"] = $"{revision}";
        _history.Add(new Change(revision, key, type, copy));
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private string Stamp() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private sealed record Change(long Revision, string Key, string Type, JsonObject Object);
}
