// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Registry;
using Pelago.Engine.Watch;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Resources;

/// <summary>
/// The verbs of the API over any kind, without HTTP: what the server and the callers inside this process share. Requests are
/// authorized already. Failures are values; a StoreFailedException or an ApiStatusException may still come from below.
/// </summary>
internal sealed class ResourceService
{
    private readonly IRevisionStore _store;
    private readonly HandlerTable _handlers;
    private readonly ObjectReader _reader;
    private readonly ObjectDeleter _deleter;
    private readonly ObjectUpdater _updater;
    private readonly WriteRequests _writes;

    public ResourceService(IRevisionStore store, AdmissionStage admission, HandlerTable handlers, TimeProvider time)
    {
        var stages = new WriteStages(store, admission, time, Random.Shared);
        _store = store;
        _handlers = handlers;
        _reader = new ObjectReader(store, time);
        _deleter = new ObjectDeleter(stages);
        _updater = new ObjectUpdater(stages);
        _writes = new WriteRequests(new ObjectCreator(stages), _updater, new FieldOwnership(time), new ScaleRequests(_updater, time));
    }

    public async ValueTask<ResourceResult> GetAsync(ResourceRequest request, string resourceVersion, CancellationToken cancel)
    {
        if (_handlers.Source(request.Kind) is { } source)
        {
            IReadOnlyList<StoredObject> made = await source.ReadAsync(request.Namespace, request.Name, cancel);
            return made.Count == 1 ? ResourceResult.Of(made[0]) : ResourceResult.Failed(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));
        }

        ResourceResult found = resourceVersion.Length == 0 ? _reader.Get(request) : await _reader.GetAsync(request, resourceVersion, cancel);
        if (SubresourceOf(request) is not { Scale: { } mapping })
            return found;
        return found.IsSuccess ? ResourceResult.Of(KubeJson.ToUtf8(ScaleView.FromParent(KubeObject.Parse(found.Bytes), mapping)))
            : found.Error!.IsNotFound ? ResourceResult.Failed(ScaleView.NotFound(request)) : found;
    }

    public async ValueTask<(ResourcePage? Page, ApiStatus? Error)> ListAsync(ResourceRequest request, ListOptions options, CancellationToken cancel)
    {
        if (ObjectSelector.TryParse(request.Kind, options, out ObjectSelector? selector) is { } bad)
            return (null, bad);
        if (_handlers.Source(request.Kind) is not { } source)
            return await _reader.ListAsync(request, options, selector!, cancel);
        IReadOnlyList<StoredObject> made = await source.ReadAsync(request.Namespace, "", cancel);
        return (new ResourcePage { Items = [.. made.Where(selector!.Matches)], Revision = _store.Revision }, null);
    }

    /// <summary>
    /// Opens a watch. <c>Refused</c> is an answer of its own (bad options); <c>Ended</c> belongs into the stream as its only event.
    /// </summary>
    public async ValueTask<(WatchSession? Session, ApiStatus? Refused, ApiStatus? Ended)> WatchAsync(
        ResourceRequest request, ListOptions options, CancellationToken cancel)
    {
        if (ListOptionsRules.CheckWatch(options) is { } bad)
            return (null, bad, null);
        if (ListOptionsRules.ReadRevision(options.ResourceVersion, out _) is { } unreadable)
            return (null, unreadable, null);
        if (ObjectSelector.TryParse(request.Kind, options, out ObjectSelector? selector) is { } badSelector)
            return (null, badSelector, null);
        (WatchSession? session, ApiStatus? error) = await WatchSession.OpenAsync(_store, _reader, request, options, selector!, cancel);
        return (session, null, error);
    }

    public ValueTask<ResourceResult> CreateAsync(ResourceRequest request, RequestBody body, WriteOptions options, CancellationToken cancel)
    {
        if (_handlers.Resource(request.Kind, request.Subresource) is { } handler)
        {
            return body.TryToJson(out ReadOnlyMemory<byte> json, out string? error)
                ? handler.CreateAsync(new HandlerRequest { Resource = request, Body = OrEmpty(json), Options = options }, cancel)
                : new(ResourceResult.Failed(UnrecognizedBody.Unreadable(request.Kind.Kind, error, body.Bytes.Span)));
        }

        return request.Subresource.Length > 0 || !request.Kind.IsStored
            ? new(ResourceResult.Failed(ApiStatus.MethodNotAllowed()))
            : _writes.CreateAsync(request, body, options, cancel);
    }

    public ValueTask<ResourceResult> UpdateAsync(ResourceRequest request, RequestBody body, WriteOptions options, CancellationToken cancel) =>
        _writes.UpdateAsync(request, SubresourceOf(request), body, options, cancel);

    public ValueTask<ResourceResult> PatchAsync(
        ResourceRequest request, PatchType type, RequestBody patch, WriteOptions options, CancellationToken cancel) =>
        _writes.PatchAsync(request, SubresourceOf(request), type, patch, options, cancel);

    /// <summary>
    /// Changes the stored object by code, with admission and validation but without a change of field ownership: what handlers do. That the change
    /// fits the schema is the handler's to know.
    /// </summary>
    public async ValueTask<ResourceResult> ModifyAsync(
        ResourceRequest request, Func<KubeObject, ApiStatus?> change, bool dryRun, CancellationToken cancel)
    {
        ResourceResult? result = await _updater.UpdateAsync(
            request,
            (old, _) =>
            {
                var updated = new KubeObject((JsonObject)old.Json.DeepClone());
                ApiStatus? refused = change(updated);
                return new((updated, refused));
            },
            SpecUse.ByCode, dryRun, cancel);
        return result ?? ResourceResult.Failed(ApiStatus.NotFound(request.Kind.GroupResource, request.Name));
    }

    public ValueTask<ResourceResult> DeleteAsync(ResourceRequest request, DeleteOptions options, CancellationToken cancel) =>
        _deleter.DeleteAsync(request, options, cancel);

    /// <summary>Deletes everything that matches, page by page; the page that comes back holds what was there.</summary>
    public async ValueTask<(ResourcePage? Page, ApiStatus? Error)> DeleteCollectionAsync(
        ResourceRequest request, ListOptions list, DeleteOptions options, CancellationToken cancel)
    {
        if (ObjectDeleter.Check(options) is { } bad)
            return (null, bad);
        (ResourcePage? page, ApiStatus? error) = await ListAsync(request, list, cancel);
        if (page is null)
            return (null, error);
        foreach (StoredObject stored in page.Items)
        {
            var one = new ResourceRequest(request.User, request.Kind, request.Version) { Namespace = stored.Key.Namespace, Name = stored.Key.Name };
            ResourceResult deleted = await _deleter.DeleteAsync(one, options, cancel);
            if (deleted.Error is { IsNotFound: false } refused)
                return (null, refused);
        }

        return (page, null);
    }

    private static Subresource? SubresourceOf(ResourceRequest request) =>
        request.Subresource.Length == 0 ? null : request.Kind.Subresource(request.Subresource);

    /// <summary>null is a document that says nothing.</summary>
    private static ReadOnlyMemory<byte> OrEmpty(ReadOnlyMemory<byte> json) => json.Span.Trim(" \t\r\n"u8).SequenceEqual("null"u8) ? "{}"u8.ToArray() : json;
}
