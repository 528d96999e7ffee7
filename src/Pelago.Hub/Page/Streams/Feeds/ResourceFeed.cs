// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>
/// A resource at one cluster: listed page by page, then watched, with another try whenever the connection is lost; goes on by resourceVersion, and lists
/// again when that has expired. A cluster that is silent is said to be so while it is waited for.
/// </summary>
/// <param name="connect">The connection now; it may be another one after a certificate was renewed. Null: there is none any more.</param>
internal sealed class ResourceFeed(Func<HttpKubeApi?> connect, ResourcePath path, ListQuery selection, IFeedSink sink, TimeProvider time)
{
    private const int PageSize = 500;

    /// <summary>A right that is taken away counts from the next watch on.</summary>
    private const int WatchSeconds = 290;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), time);
    private string? _version;
    private bool _wasLive;

    /// <summary>Runs until the cluster refuses: the refusal.</summary>
    public async Task<ApiStatus> RunAsync(CancellationToken cancel)
    {
        sink.Say(FeedState.Connecting, "");
        while (true)
        {
            try
            {
                if (connect() is not { } api)
                    return ApiStatus.NoSuchPath() with { Code = 403, Reason = StatusReason.Forbidden, Message = "this session has no such cluster" };
                long began = time.GetTimestamp();
                ApiStatus? refused = _version is null ? await ListAsync(api, cancel) : null;
                refused ??= await WatchAsync(api, cancel);
                if (refused is not null && !IsPassing(refused))
                    return refused;
                if (refused is not null)
                    Trouble(refused.Message);
                if (refused is not null || time.GetElapsedTime(began) < ShortWatch)
                    await _backoff.DelayAsync(cancel);
            }
            catch (ClusterUnreachableException away)
            {
                Trouble(away.Message);
                await _backoff.DelayAsync(cancel);
            }
            catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
            {
                Trouble($"what the cluster answers cannot be read: {unreadable.Message}");
                _version = null;
                await _backoff.DelayAsync(cancel);
            }
        }
    }

    private static bool IsPassing(ApiStatus status) => status.Code is 429 or >= 500;

    private void Trouble(string message) => sink.Say(_wasLive ? FeedState.Stale : FeedState.Unreachable, message);

    private async Task<ApiStatus?> ListAsync(HttpKubeApi api, CancellationToken cancel)
    {
        ListQuery page = selection with { Limit = PageSize };
        string? version = null;
        bool began = false;
        Task<ApiResult> next = AskAsync(api, page, cancel);
        while (true)
        {
            ApiResult answer = await next;
            if (answer.Error is { } error)
            {
                // The pages took longer than the cluster remembers: from the beginning, which is no refusal.
                bool expired = error.Code == 410 && began;
                return expired ? ApiStatus.Unavailable(error.Message) : error;
            }
            var list = ListDocument.Parse(answer.Body);

            // It comes while this one is read.
            if (list.Continue is not null)
                next = api.ListAsync(path, page with { Continue = list.Continue }, cancel);
            version ??= list.ResourceVersion;
            if (!began)
            {
                sink.BeginList();
                if (!_wasLive)
                    sink.Say(FeedState.Loading, "");
            }
            began = true;
            foreach (ReadOnlyMemory<byte> item in list.Items)
                sink.Put(item);
            if (list.Continue is null)
                break;
        }
        sink.EndList();
        _version = version;
        _wasLive = true;
        sink.Say(FeedState.Live, "");
        return null;
    }

    /// <summary>The first page, and a word when it takes long.</summary>
    private async Task<ApiResult> AskAsync(HttpKubeApi api, ListQuery page, CancellationToken cancel)
    {
        Task<ApiResult> answer = api.ListAsync(path, page, cancel);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (await Task.WhenAny(answer, Task.Delay(Silence, time, enough.Token)) != answer)
            Trouble($"no answer within {Silence.TotalSeconds:0} s; it is waited for");
        ApiResult result = await answer;
        await enough.CancelAsync();
        return result;
    }

    /// <summary>Null: the watch ended, or has to begin with a list.</summary>
    private async Task<ApiStatus?> WatchAsync(HttpKubeApi api, CancellationToken cancel)
    {
        ListQuery query = selection with { ResourceVersion = _version, AllowWatchBookmarks = true, TimeoutSeconds = WatchSeconds };
        await foreach (RawWatchEvent next in api.WatchAsync(path, query, () => sink.Say(FeedState.Live, ""), cancel))
        {
            if (next.Type == "ERROR")
            {
                ApiStatus error = ApiStatus.FromJson(KubeJson.Parse(next.Object)) ?? ApiStatus.Internal("the watch ended with an error that says nothing");
                if (error.Code != 410)
                    return error;
                _version = null;
                return null;
            }
            if (next.Type == "DELETED")
                sink.Remove(next.Object);
            else if (next.Type != "BOOKMARK")
                sink.Put(next.Object);
            _version = MetadataScan.Read(next.Object).ResourceVersion;
        }
        return null;
    }
}
