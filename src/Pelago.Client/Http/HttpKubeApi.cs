// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Runtime.CompilerServices;
using Pelago.Client.Http;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// A cluster over HTTP: HTTP/2 on TLS, HTTP/1.1 on plain connections. One instance for each cluster, shared by all callers; it opens
/// connections when first asked and keeps them.
/// </summary>
public sealed class HttpKubeApi : IKubeApi, IDisposable
{
    private const string MetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1," + ApiRequest.Json;
    private const string MetadataItem = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1," + ApiRequest.Json;
    private readonly HttpKubeApiOptions _options;

    public HttpKubeApi(ClusterConnection connection, HttpKubeApiOptions options, TimeProvider time)
    {
        Connection = connection;
        _options = options;
        Sender = new RequestSender(connection, options, time);
    }

    public ClusterConnection Connection { get; }

    public string Cluster => Connection.Cluster;

    internal RequestSender Sender { get; }

    internal HttpKubeApiOptions Options => _options;

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => GetRawAsync(path.ToUrlPath(), cancel);

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => Sender.AskAsync(new ApiRequest(HttpMethod.Get, path), cancel);

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        string url = path.ToUrlPath() + QueryString.Of(query, watch: false);
        return Sender.AskAsync(new ApiRequest(HttpMethod.Get, url, query.MetadataOnly ? MetadataList : ApiRequest.Json), cancel);
    }

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        Sender.AskAsync(new ApiRequest(HttpMethod.Post, path.ToUrlPath() + QueryString.Of(query), Body: body), cancel);

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        Sender.AskAsync(new ApiRequest(HttpMethod.Put, path.ToUrlPath() + QueryString.Of(query), Body: body), cancel);

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel)
    {
        string url = path.ToUrlPath() + QueryString.Of(query);
        return Sender.AskAsync(new ApiRequest(HttpMethod.Patch, url, Body: patch, ContentType: ContentType(type)), cancel);
    }

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel)
    {
        string url = path.ToUrlPath() + QueryString.Of(query);
        return Sender.AskAsync(new ApiRequest(HttpMethod.Delete, url, Body: DeleteOptionsBody.Of(query)), cancel);
    }

    /// <summary>
    /// Any request, for what the typed calls do not cover: Tables, proxies, an <paramref name="accept"/> of one's own.
    /// The path may carry a query. The answer is as bounded as any other.
    /// </summary>
    public Task<ApiResult> RawAsync(
        HttpMethod method, string pathAndQuery, string accept, ReadOnlyMemory<byte>? body, string contentType, CancellationToken cancel) =>
        Sender.AskAsync(new ApiRequest(method, pathAndQuery, accept, body, contentType), cancel);

    /// <summary>
    /// A request that may take long, such as an upload through a proxy: its body streams and no time limit ends it, only <paramref name="cancel"/>.
    /// </summary>
    public Task<ApiResult> RawAtLengthAsync(HttpMethod method, string pathAndQuery, Stream? body, string contentType, CancellationToken cancel) =>
        Sender.AskAtLengthAsync(new ApiRequest(method, pathAndQuery, ContentType: contentType), body, cancel);

    /// <summary>The body of a GET as it arrives (logs, proxies), or the Status instead. The stream ends when the server ends it.</summary>
    public async Task<(Stream? Body, ApiStatus? Error)> StreamAsync(string pathAndQuery, CancellationToken cancel)
    {
        HttpResponseMessage response = await Sender.OpenAsync(new ApiRequest(HttpMethod.Get, pathAndQuery, "*/*"), cancel);
        if (response.IsSuccessStatusCode)
            return (await response.Content.ReadAsStreamAsync(cancel), null);
        using (response)
            return (null, await Sender.ReadErrorAsync(response, cancel));
    }

    public IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => WatchAsync(path, query, static () => { }, cancel);

    /// <summary>The same; says when the server has begun to answer with a watch, which may be long before its first event.</summary>
    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, Action opened, [EnumeratorCancellation] CancellationToken cancel)
    {
        string url = path.ToUrlPath() + QueryString.Of(query, watch: true);
        var request = new ApiRequest(HttpMethod.Get, url, query.MetadataOnly ? MetadataItem : ApiRequest.Json);
        using HttpResponseMessage response = await Sender.OpenAsync(request, cancel);
        if (!response.IsSuccessStatusCode)
        {
            yield return WatchLine.Error(await Sender.ReadErrorAsync(response, cancel));
            yield break;
        }

        opened();
        using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        using var lines = new WatchReader(stream, Sender, _options, cancel);
        string what = request.ToString();
        while (await lines.NextAsync(what) is { } next)
        {
            yield return next;
            if (next.Type == "ERROR")
                yield break;
        }
    }

    /// <summary>For whoever passes requests of others on: what sends to this cluster, with its trust and its client certificate.</summary>
    public HttpMessageInvoker Invoker => Sender.Invoker;

    /// <summary>Says in a request that is passed on who asks, and as whom: what was there of that must be gone.</summary>
    public ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancel) => Sender.AuthorizeAsync(message, cancel);

    public void Dispose() => Sender.Dispose();

    private static string ContentType(PatchType type) => type switch
    {
        PatchType.Json => "application/json-patch+json",
        PatchType.Merge => "application/merge-patch+json",
        PatchType.StrategicMerge => "application/strategic-merge-patch+json",
        PatchType.Apply => "application/apply-patch+yaml",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a patch type"),
    };
}
