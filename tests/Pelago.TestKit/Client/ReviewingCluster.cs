// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.TestKit.Client;

/// <summary>
/// A cluster of which little is there but its answers to who somebody is and what he may: tokens, reviews, a few objects that are told, and merge
/// patches of them. Thread-safe.
/// </summary>
public sealed class ReviewingCluster : IKubeApi
{
    private readonly ConcurrentDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (ReviewedUser User, string Audience)> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _allowed = new(StringComparer.Ordinal);
    private int _requested;

    public string Cluster => "reviewing";

    /// <summary>What a list of nodes waits for.</summary>
    public Task NodesAreHeard { get; set; } = Task.CompletedTask;

    /// <summary>How many reviews of tokens were asked for.</summary>
    public int TokenReviews => _tokenReviews;

    private int _tokenReviews;

    /// <summary>An object by its URL path, as <c>/api/v1/namespaces/NS/pods/NAME</c>; null when it is not there.</summary>
    public JsonObject? this[string path]
    {
        get => _objects.TryGetValue(path, out JsonObject? found) ? found : null;
        set => _objects[path] = value ?? throw new ArgumentNullException(nameof(value));
    }

    public void AddToken(string token, ReviewedUser user, string audience) => _tokens[token] = (user, audience);

    /// <summary>Lets a user do what <paramref name="what"/> says, as in <c>get nodes/proxy n1</c>.</summary>
    public void Allow(string user, string what) => _allowed[$"{user} {what}"] = true;

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => GetRawAsync(path.ToUrlPath(), cancel);

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => Task.FromResult(
        _objects.TryGetValue(path, out JsonObject? found) ? new ApiResult(KubeJson.ToUtf8(found), null) : new ApiResult(default, ApiStatus.NoSuchPath()));

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel)
    {
        JsonObject document = KubeJson.ParseObject(body);
        JsonObject spec = document.Object("spec")!;
        document["status"] = path.Resource.Resource switch
        {
            "tokenreviews" => ReviewToken(spec),
            "subjectaccessreviews" => ReviewAccess(spec),
            _ when path.Subresource == "token" => GiveToken(path, spec),
            _ => throw new NotSupportedException(path.ToUrlPath()),
        };
        return Task.FromResult(new ApiResult(KubeJson.ToUtf8(document), null));
    }

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel)
    {
        string url = path.ToUrlPath();
        if (type != PatchType.Merge || !_objects.TryGetValue(url, out JsonObject? found))
            return Task.FromResult(new ApiResult(default, ApiStatus.NotFound(path.Resource.GroupResource, path.Name)));
        JsonObject changed = found.DeepClone().AsObject();
        foreach ((string field, JsonNode? value) in KubeJson.ParseObject(patch))
        {
            JsonObject part = changed.ObjectOrNew(field);
            foreach ((string key, JsonNode? item) in value!.AsObject())
                part[key] = item!.DeepClone();
        }
        _objects[url] = changed;
        return Task.FromResult(new ApiResult(KubeJson.ToUtf8(changed), null));
    }

    /// <summary>The objects that were told right below a path, whatever is asked of them.</summary>
    public async Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        if (path.Resource.Resource == "nodes")
            await NodesAreHeard.WaitAsync(cancel);
        string below = path.ToUrlPath() + "/";
        JsonNode[] items = [.. _objects.Where(pair => pair.Key.StartsWith(below, StringComparison.Ordinal) && pair.Key.LastIndexOf('/') == below.Length - 1).Select(pair => pair.Value.DeepClone())];
        return new ApiResult(KubeJson.ToUtf8(new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = "1" }, ["items"] = new JsonArray(items) }), null);
    }

    /// <summary>Nothing changes.</summary>
    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        yield break;
    }

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) => throw new NotSupportedException();

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel) => throw new NotSupportedException();

    private JsonObject ReviewToken(JsonObject spec)
    {
        Interlocked.Increment(ref _tokenReviews);
        string[] audiences = [.. spec.Array("audiences")!.Select(item => (string)item!)];
        if (!_tokens.TryGetValue(spec.String("token")!, out (ReviewedUser User, string Audience) known) || !audiences.Contains(known.Audience))
            return new JsonObject { ["authenticated"] = false };
        return new JsonObject
        {
            ["authenticated"] = true, ["audiences"] = new JsonArray(known.Audience),
            ["user"] = new JsonObject
            {
                ["username"] = known.User.Name, ["groups"] = new JsonArray([.. known.User.Groups.Select(text => (JsonNode)text)]),
                ["extra"] = new JsonObject(known.User.Extra.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)new JsonArray([.. pair.Value.Select(text => (JsonNode)text)])))),
            },
        };
    }

    private JsonObject ReviewAccess(JsonObject spec)
    {
        JsonObject asked = spec.Object("resourceAttributes")!;
        string resource = asked.String("subresource") is { Length: > 0 } sub ? $"{asked.String("resource")}/{sub}" : asked.String("resource")!;
        return new JsonObject { ["allowed"] = _allowed.ContainsKey($"{spec.String("user")} {asked.String("verb")} {resource} {asked.String("name")}") };
    }

    private JsonObject GiveToken(ResourcePath path, JsonObject spec)
    {
        string token = $"given-{Interlocked.Increment(ref _requested)}";
        AddToken(token, new ReviewedUser($"system:serviceaccount:{path.Namespace}:{path.Name}"), (string)spec.Array("audiences")![0]!);
        return new JsonObject { ["token"] = token };
    }
}
