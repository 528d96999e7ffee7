// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// One kind of one cluster, decoded. What the server refuses comes back as <see cref="ApiResult{T}.Error"/>, never as an exception.
/// An empty namespace means a cluster-scoped kind, or all namespaces of a list.
/// </summary>
public sealed class Resource<T>(IKubeApi api, ResourceType<T> type, string? fieldManager)
    where T : class
{
    private const int PageSize = 500;
    private const int MaxConflictRetries = 5;
    private readonly WriteQuery _write = fieldManager is null ? WriteQuery.None : new WriteQuery { FieldManager = fieldManager };

    public ResourceType<T> Type => type;

    public async Task<ApiResult<T>> GetAsync(string ns, string name, CancellationToken cancel) =>
        Decode(await api.GetAsync(Path(ns, name), cancel));

    /// <summary>Everything the query selects, fetched page by page; <see cref="ListQuery.Limit"/> and <see cref="ListQuery.Continue"/> are set here.</summary>
    public async Task<ApiResult<Page<T>>> ListAsync(string ns, ListQuery query, CancellationToken cancel)
    {
        var all = new List<T>();
        ListQuery next = query with { Limit = PageSize, Continue = null };
        while (true)
        {
            ApiResult<Page<T>> page = await ListPageAsync(ns, next, cancel);
            if (!page.IsSuccess)
                return page;
            all.AddRange(page.Value.Items);
            if (page.Value.Continue is null)
                return new ApiResult<Page<T>>(new Page<T>(all, page.Value.ResourceVersion, null), null);
            next = next with { Continue = page.Value.Continue, ResourceVersion = null, ResourceVersionMatch = null };
        }
    }

    /// <summary>Exactly one page.</summary>
    public async Task<ApiResult<Page<T>>> ListPageAsync(string ns, ListQuery query, CancellationToken cancel)
    {
        ApiResult answer = await api.ListAsync(Path(ns), query, cancel);
        if (answer.Error is not null)
            return new ApiResult<Page<T>>(null, answer.Error);
        try
        {
            ListDocument list = ListDocument.Parse(answer.Body);
            var items = new T[list.Items.Count];
            for (int i = 0; i < items.Length; i++)
                items[i] = type.Decode(list.Items[i]);
            return new ApiResult<Page<T>>(new Page<T>(items, list.ResourceVersion, list.Continue), null);
        }
        catch (JsonException unreadable)
        {
            return new ApiResult<Page<T>>(null, Unreadable(unreadable));
        }
    }

    public async Task<ApiResult<T>> CreateAsync(string ns, T value, CancellationToken cancel) =>
        Decode(await api.CreateAsync(Path(ns), type.Encode(value), _write, cancel));

    public async Task<ApiResult<T>> UpdateAsync(string ns, string name, T value, CancellationToken cancel) =>
        Decode(await api.UpdateAsync(Path(ns, name), type.Encode(value), _write, cancel));

    public async Task<ApiResult<T>> UpdateStatusAsync(string ns, string name, T value, CancellationToken cancel) =>
        Decode(await api.UpdateAsync(Path(ns, name, "status"), type.Encode(value), _write, cancel));

    /// <summary>A merge, JSON or strategic patch.</summary>
    public async Task<ApiResult<T>> PatchAsync(string ns, string name, PatchType patchType, JsonNode patch, CancellationToken cancel) =>
        Decode(await api.PatchAsync(Path(ns, name), patchType, KubeJson.ToUtf8(patch), _write, cancel));

    /// <summary>The same on the status subresource.</summary>
    public async Task<ApiResult<T>> PatchStatusAsync(string ns, string name, PatchType patchType, JsonNode patch, CancellationToken cancel) =>
        Decode(await api.PatchAsync(Path(ns, name, "status"), patchType, KubeJson.ToUtf8(patch), _write, cancel));

    /// <summary>Server-side apply under <paramref name="manager"/>; <paramref name="force"/> takes fields over from other managers.</summary>
    public async Task<ApiResult<T>> ApplyAsync(string ns, string name, JsonObject intent, string manager, bool force, CancellationToken cancel)
    {
        var query = new WriteQuery { FieldManager = manager, Force = force };
        return Decode(await api.PatchAsync(Path(ns, name), PatchType.Apply, KubeJson.ToUtf8(intent), query, cancel));
    }

    /// <summary>Null when the delete was taken, else why it was refused.</summary>
    public async Task<ApiStatus?> DeleteAsync(string ns, string name, DeleteQuery query, CancellationToken cancel) =>
        (await api.DeleteAsync(Path(ns, name), query, cancel)).Error;

    /// <summary>
    /// Reads, changes and writes until nobody else wrote in between, at most five times. <paramref name="change"/> returns what to write, or
    /// null when the object is already as wanted; then what was read is the result. It may run several times.
    /// </summary>
    public async Task<ApiResult<T>> ChangeAsync(string ns, string name, Func<T, T?> change, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            ApiResult<T> read = await GetAsync(ns, name, cancel);
            if (!read.IsSuccess || change(read.Value) is not { } changed)
                return read;
            ApiResult<T> written = await UpdateAsync(ns, name, changed, cancel);
            if (!written.IsConflict || attempt == MaxConflictRetries)
                return written;
        }
    }

    private ResourcePath Path(string ns, string name = "", string subresource = "") => new(type.Resource, ns, name, subresource);

    private ApiResult<T> Decode(ApiResult answer)
    {
        if (answer.Error is not null)
            return new ApiResult<T>(null, answer.Error);
        try
        {
            return new ApiResult<T>(type.Decode(answer.Body), null);
        }
        catch (JsonException unreadable)
        {
            return new ApiResult<T>(null, Unreadable(unreadable));
        }
    }

    private ApiStatus Unreadable(JsonException why) =>
        ApiStatus.Internal($"cluster \"{api.Cluster}\" sent a {type.Kind.Kind} that cannot be read: {why.Message}");
}
