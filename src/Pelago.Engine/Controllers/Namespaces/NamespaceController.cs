// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Empties terminating namespaces and lets them go (pkg/controller/namespace): every resource that discovery shows, pods first, so that nothing
/// they need goes before them, until nothing is left; what holds it up is told in conditions.
/// </summary>
internal sealed class NamespaceController : IController
{
    private static readonly GroupVersionResource NamespaceResource = new("", "v1", "namespaces");
    private readonly ControllerContext _context;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly Controller<ObjectKey> _loop;

    public NamespaceController(ControllerContext context)
    {
        _context = context;
        _namespaces = context.Of<V1Namespace>();
        _loop = context.Controller("namespace-controller", [_namespaces], ReconcileAsync);
        _namespaces.AddHandler(change =>
        {
            if (change.New?.Metadata.DeletionTimestamp is not null)
                _loop.Queue.Add(change.Key);
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Cache.Get(key)?.Metadata.DeletionTimestamp is null)
            return ReconcileResult.Done;
        var path = new ResourcePath(NamespaceResource, "", key.Name);
        ApiResult live = await _context.Api.GetAsync(path, cancel);
        if (!live.IsSuccess)
            return live.Error is { IsNotFound: true } ? ReconcileResult.Done : ReconcileResult.Failed(live.Error!);
        KubeObject item = KubeObject.Parse(live.Body);
        if (!item.IsDeleting || Finalizers(item).Length == 0)
            return ReconcileResult.Done;

        NamespaceContents contents = await NamespaceContents.DeleteAsync(_context.Api, key.Name, cancel);
        if (await WriteStatusAsync(path, item, contents, cancel) is { } unwritten)
            return ReconcileResult.Failed(unwritten);
        if (contents.FirstFailure is { } failure)
            return ReconcileResult.Failed(failure);
        if (!contents.IsEmpty)
            return ReconcileResult.Again(contents.LooksAgainAfter);
        return ReconcileResult.From(await FinalizeAsync(path, cancel));
    }

    private static string[] Finalizers(KubeObject item) => [.. (item.Spec?.Array("finalizers") ?? []).Select(name => name!.ToString())];

    private async Task<ApiStatus?> FinalizeAsync(ResourcePath path, CancellationToken cancel)
    {
        ApiResult live = await _context.Api.GetAsync(path, cancel);
        if (!live.IsSuccess)
            return live.Error is { IsNotFound: true } ? null : live.Error;
        KubeObject item = KubeObject.Parse(live.Body);
        var rest = new JsonArray([.. Finalizers(item).Where(name => name != "kubernetes").Select(name => (JsonNode)name)]);
        item.Json.ObjectOrNew("spec")["finalizers"] = rest;
        ApiResult done = await _context.Api.UpdateAsync(path with { Subresource = "finalize" }, item.ToUtf8(), WriteQuery.None, cancel);
        return done.Error is { IsNotFound: true } ? null : done.Error;
    }

    private async Task<ApiStatus?> WriteStatusAsync(ResourcePath path, KubeObject item, NamespaceContents contents, CancellationToken cancel)
    {
        JsonArray before = item.Status?.Array("conditions") ?? [];
        JsonArray conditions = NamespaceConditions.Of(contents, before, MetaTime.Now(_context.Time));
        if (item.Status?.String("phase") == "Terminating" && JsonNode.DeepEquals(before, conditions))
            return null;
        item.Json["status"] = new JsonObject { ["phase"] = "Terminating", ["conditions"] = conditions };
        ApiResult done = await _context.Api.UpdateAsync(path with { Subresource = "status" }, item.ToUtf8(), WriteQuery.None, cancel);
        return done.Error is { IsNotFound: true } ? null : done.Error;
    }
}
