// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Engine.Discovery;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Server;
using Pelago.Engine.Watch;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.InProcess;

/// <summary>
/// The engine for callers inside this process: the same verbs as over HTTP without HTTP, authentication and authorization, the stored
/// bytes handed out as they are.
/// </summary>
internal sealed partial class EngineKubeApi(
    string cluster, UserInfo user, ResourceRegistry registry, ResourceService service, DiscoveryEndpoint discovery, TimeProvider time,
    ILogger logger, CancellationToken stopping) : IKubeApi
{
    public string Cluster => cluster;

    public async Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
            return Failed(error!);
        return Answer(request, await service.GetAsync(request, "", cancel));
    }

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => Task.FromResult(
        path == "/version" ? new ApiResult(ServerVersion.Document, null)
        : discovery.Find(path) is { } document ? new ApiResult(document, null)
        : Failed(ApiStatus.NoSuchPath()));

    public async Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
            return Failed(error!);
        (ResourcePage? page, ApiStatus? refused) = await service.ListAsync(request, QueryOptions.Of(query), cancel);
        return page is null ? Failed(refused!) : new ApiResult(ListWriter.ToBytes(FormOf(request, query.MetadataOnly), page), null);
    }

    public async IAsyncEnumerable<RawWatchEvent> WatchAsync(
        ResourcePath path, ListQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
        {
            yield return Error(error!);
            yield break;
        }

        ListOptions options = QueryOptions.Of(query);
        (WatchSession? session, ApiStatus? refused, ApiStatus? ended) = await service.WatchAsync(request, options, cancel);
        if (session is null)
        {
            yield return Error((refused ?? ended)!);
            yield break;
        }

        using (session)
        {
            var lines = new WatchLines(FormOf(request, query.MetadataOnly));
            var clock = new WatchClock(request.Kind, options, time);
            // Once more when it is over: what was committed before its kind went is told.
            for (bool isLast = false; !isLast;)
            {
                isLast = clock.IsOver || stopping.IsCancellationRequested;
                bool isLost;
                ApiStatus? lost;
                while (TryReadNext(session, out WatchedEvent next, out isLost, out lost))
                    yield return lines.ToRaw(next);
                if (lost is not null)
                    yield return Error(lost);
                if (isLost || !await WaitAsync(session, clock, cancel))
                    yield break;
                if (clock.TakeBookmark())
                    yield return lines.ToRaw(new WatchedEvent(WatchedType.Bookmark, null, null, session.Revision));
            }
        }
    }

    public async Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
            return Failed(error!);
        return await WriteAsync(request, service.CreateAsync(request, new RequestBody(body), QueryOptions.Of(query, user.Name), cancel));
    }

    public async Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
            return Failed(error!);
        return await WriteAsync(request, service.UpdateAsync(request, new RequestBody(body), QueryOptions.Of(query, user.Name), cancel));
    }

    public async Task<ApiResult> PatchAsync(
        ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
            return Failed(error!);
        var body = new RequestBody(patch, IsYaml: type == PatchType.Apply);
        return await WriteAsync(request, service.PatchAsync(request, type, body, QueryOptions.Of(query, user.Name), cancel));
    }

    public async Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel)
    {
        if (!TryResolve(path, out ResourceRequest? request, out ApiStatus? error))
            return Failed(error!);
        DeleteOptions options = QueryOptions.Of(query);
        if (path.Name.Length > 0)
            return await WriteAsync(request, service.DeleteAsync(request, options, cancel));
        var list = new ListOptions { LabelSelector = query.LabelSelector, FieldSelector = query.FieldSelector };
        try
        {
            (ResourcePage? page, ApiStatus? refused) = await service.DeleteCollectionAsync(request, list, options, cancel);
            return page is null ? Failed(refused!) : new ApiResult(ListWriter.ToBytes(FormOf(request, metadataOnly: false), page), null);
        }
        catch (Exception fault) when (StatusOf(fault) is { } status)
        {
            return Failed(status);
        }
    }

    private async Task<ApiResult> WriteAsync(ResourceRequest request, ValueTask<ResourceResult> write)
    {
        try
        {
            return Answer(request, await write);
        }
        catch (Exception fault) when (StatusOf(fault) is { } status)
        {
            return Failed(status);
        }
    }

    /// <summary>A commit that failed (a full disk) is an answer, as over HTTP: who asks in a loop goes on, and tries again.</summary>
    private ApiStatus? StatusOf(Exception fault) => fault switch
    {
        ApiStatusException refused => refused.Status,
        StoreFailedException failed => Logged(failed),
        _ => null,
    };

    private ApiStatus Logged(StoreFailedException failed)
    {
        LogStoreFailed(logger, user.Name, failed.Message);
        return StoreFault.Answer(failed);
    }

    /// <summary>
    /// False when there is nothing to read now, or never again: <paramref name="isLost"/>. Then the caller resumes from its last revision,
    /// or lists again when that is what <paramref name="error"/> says: the same ends as over HTTP.
    /// </summary>
    private static bool TryReadNext(WatchSession session, out WatchedEvent next, out bool isLost, out ApiStatus? error)
    {
        isLost = false;
        error = null;
        try
        {
            return session.TryRead(out next);
        }
        catch (WatchLaggedException)
        {
            isLost = true;
        }
        catch (HistoryGoneException)
        {
            isLost = true;
            error = ApiStatus.Expired("the history that this watch still had to send was compacted; list again");
        }

        next = default;
        return false;
    }

    /// <summary>False when the watch has come to its end.</summary>
    private async ValueTask<bool> WaitAsync(WatchSession session, WatchClock clock, CancellationToken cancel)
    {
        using CancellationTokenSource wake = clock.Wake();
        using var any = CancellationTokenSource.CreateLinkedTokenSource(wake.Token, cancel, stopping, clock.Outdated);
        try
        {
            await session.WaitAsync(any.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return !stopping.IsCancellationRequested;
        }
    }

    private bool TryResolve(ResourcePath path, [NotNullWhen(true)] out ResourceRequest? request, out ApiStatus? error)
    {
        request = null;
        error = null;
        ResourceKind? kind = registry.Current.Find(path.Resource);
        bool misplaced = kind is not null && (kind.Namespaced
            ? path.Namespace.Length == 0 && path.Name.Length > 0
            : path.Namespace.Length > 0);
        if (kind is null || misplaced || path.Subresource.Length > 0 && kind.Subresource(path.Subresource) is null)
        {
            error = ApiStatus.NoSuchPath();
            return false;
        }

        request = new ResourceRequest(user, kind, kind.Version(path.Resource.Version)!)
        {
            Namespace = path.Namespace, Name = path.Name, Subresource = path.Subresource,
        };
        return true;
    }

    private static ObjectForm FormOf(ResourceRequest request, bool metadataOnly) =>
        new(request.Kind, request.Version, metadataOnly ? OutputFormat.Metadata : OutputFormat.Json, TimeProvider.System);

    private static ApiResult Answer(ResourceRequest request, ResourceResult result)
    {
        if (result.Error is { } error)
            return Failed(error);
        return new ApiResult(
            result.IsForeign ? result.Bytes : VersionedDocument.FromStored(request.Kind, request.Version, result.Bytes), null);
    }

    private static ApiResult Failed(ApiStatus error) => new(default, error);

    private static RawWatchEvent Error(ApiStatus error) => new("ERROR", KubeJson.ToUtf8(error.ToJson()));

    [LoggerMessage(2002, LogLevel.Error, "The store refused a request of {User}: {Reason}")]
    private static partial void LogStoreFailed(ILogger logger, string user, string reason);
}
