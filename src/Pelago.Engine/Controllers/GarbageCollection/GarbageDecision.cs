// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Decides the fate of one object by asking the cluster itself about it and its owners (garbagecollector.go attemptToDeleteItem).
/// The graph is only a hint: nothing is deleted on its word.
/// </summary>
internal sealed class GarbageDecision(IKubeApi api, OwnershipGraph graph, Func<string, string, DiscoveredResource?> resourceOf)
{
    public async Task<ReconcileResult> DecideAsync(string uid, CancellationToken cancel)
    {
        if (graph.View(uid) is not { } node || (node.IsDeleting && !node.IsDeletingDependents))
            return ReconcileResult.Done;
        if (PathOf(node.ApiVersion, node.Kind, node.Key) is not { } path)
            return ReconcileResult.Failed(ApiStatus.Unavailable($"no resource is known for owner kind {node.Kind} of {node.ApiVersion}; its dependents stay"));
        ApiResult live = await api.GetAsync(path, cancel);
        KubeObject item = live.IsSuccess ? KubeObject.Parse(live.Body) : default;
        if (live.Error is { IsNotFound: true } || (live.IsSuccess && item.Uid != uid))
        {
            graph.ConfirmedAbsent(uid);
            return ReconcileResult.Done;
        }
        if (live.Error is not null)
            return ReconcileResult.Failed(live.Error);
        if (node.IsDeletingDependents)
            return ReconcileResult.From(await FinishForegroundAsync(node, path, item, cancel));
        return await JudgeOwnersAsync(node, path, item, cancel);
    }

    /// <summary>The object is let go when no dependent blocks it any more.</summary>
    public async Task<ApiStatus?> RemoveFinalizerAsync(ResourcePath path, KubeObject item, string finalizer, CancellationToken cancel)
    {
        string[] rest = [.. (item.Finalizers ?? []).Select(name => name!.ToString()).Where(name => name != finalizer)];
        if (rest.Length == (item.Finalizers?.Count ?? 0))
            return null;
        var metadata = new JsonObject
        {
            ["resourceVersion"] = item.ResourceVersion,
            ["finalizers"] = rest.Length == 0 ? null : new JsonArray([.. rest.Select(name => (JsonNode)name)]),
        };
        return await PatchMetadataAsync(path, metadata, cancel);
    }

    /// <summary>Takes the reference to an owner out of a dependent.</summary>
    public Task<ApiStatus?> CutLooseAsync(GraphDependent dependent, string ownerUid, CancellationToken cancel) =>
        ChangeAsync(dependent, (path, item) => DropOwnersAsync(path, item, new HashSet<string>(StringComparer.Ordinal) { ownerUid }, cancel), cancel);

    /// <summary>Takes the references to the given owners out of an object.</summary>
    private async Task<ApiStatus?> DropOwnersAsync(ResourcePath path, KubeObject item, IReadOnlySet<string> uids, CancellationToken cancel)
    {
        JsonObject[] kept = [.. (item.OwnerReferences ?? []).OfType<JsonObject>().Where(reference => !uids.Contains(reference.String("uid") ?? ""))];
        return await WriteOwnersAsync(path, item, kept, cancel);
    }

    public ResourcePath? PathOf(string apiVersion, string kind, ObjectKey key) =>
        resourceOf(apiVersion, kind) is { } resource
            ? new ResourcePath(resource.Resource, resource.IsNamespaced ? key.Namespace : "", key.Name)
            : null;

    private async Task<ApiStatus?> FinishForegroundAsync(GraphView node, ResourcePath path, KubeObject item, CancellationToken cancel)
    {
        GraphDependent[] blocking = [.. node.Dependents.Where(dependent => dependent.BlocksOwner)];
        if (blocking.Length == 0)
            return Missing(await RemoveFinalizerAsync(path, item, GraphObject.ForegroundFinalizer, cancel));
        // Their own deletion brings this one up again; those not on their way yet are pushed.
        foreach (GraphDependent dependent in blocking)
        {
            ApiStatus? error = !dependent.IsDeletingDependents ? (await DecideAsync(dependent.Uid, cancel)).Failure
                : graph.Awaits(dependent.Uid, node.Uid) ? await UnblockAsync(dependent, node.Uid, cancel)
                : null;
            if (error is not null)
                return error;
        }
        return null;
    }

    private async Task<ReconcileResult> JudgeOwnersAsync(GraphView node, ResourcePath path, KubeObject item, CancellationToken cancel)
    {
        JsonObject[] references = [.. (item.OwnerReferences ?? []).OfType<JsonObject>()];
        if (references.Length == 0)
            return ReconcileResult.Done;
        var dangling = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonObject reference in references)
        {
            (OwnerState state, ApiStatus? error) = await StateOfAsync(reference, node.Key.Namespace, cancel);
            if (error is not null)
                return ReconcileResult.Failed(error);
            if (state != OwnerState.Solid)
                (state == OwnerState.Absent ? dangling : waiting).Add(reference.String("uid") ?? "");
        }
        if (dangling.Count + waiting.Count < references.Length)
        {
            dangling.UnionWith(waiting);
            return dangling.Count == 0 ? ReconcileResult.Done : ReconcileResult.From(Missing(await DropOwnersAsync(path, item, dangling, cancel)));
        }
        bool foreground = waiting.Count > 0 && node.Dependents.Count > 0;
        return ReconcileResult.From(await DeleteAsync(path, item, foreground ? "Foreground" : PolicyOf(item), cancel));
    }

    private async Task<(OwnerState State, ApiStatus? Error)> StateOfAsync(JsonObject reference, string ns, CancellationToken cancel)
    {
        string kind = reference.String("kind") ?? "";
        string apiVersion = reference.String("apiVersion") ?? "";
        if (resourceOf(apiVersion, kind) is not { } resource)
            return (OwnerState.Solid, ApiStatus.Unavailable($"no resource is known for owner kind {kind} of {apiVersion}; its dependents stay"));
        // A cluster-scoped object cannot be owned by a namespaced one: there is no namespace to look in.
        if (resource.IsNamespaced && ns.Length == 0)
            return (OwnerState.Solid, null);
        ApiResult live = await api.GetAsync(new ResourcePath(resource.Resource, resource.IsNamespaced ? ns : "", reference.String("name") ?? ""), cancel);
        if (live.Error is { IsNotFound: true })
            return (OwnerState.Absent, null);
        if (live.Error is not null)
            return (OwnerState.Solid, live.Error);
        KubeObject owner = KubeObject.Parse(live.Body);
        if (owner.Uid != reference.String("uid"))
            return (OwnerState.Absent, null);
        bool waits = owner.IsDeleting && Has(owner, GraphObject.ForegroundFinalizer);
        return (waits ? OwnerState.WaitsForDependents : OwnerState.Solid, null);
    }

    /// <summary>
    /// In a ring of foreground deletions somebody has to stop waiting: the dependent no longer holds this owner up. Asked when every member of the ring
    /// is known to be on its way, so that it does not matter which of them was seen first.
    /// </summary>
    private Task<ApiStatus?> UnblockAsync(GraphDependent dependent, string ownerUid, CancellationToken cancel) => ChangeAsync(
        dependent,
        (path, item) =>
        {
            JsonObject[] references = [.. (item.OwnerReferences ?? []).OfType<JsonObject>().Select(reference => (JsonObject)reference.DeepClone())];
            foreach (JsonObject reference in references.Where(reference => reference.String("uid") == ownerUid))
                reference["blockOwnerDeletion"] = false;
            return WriteOwnersAsync(path, item, references, cancel);
        },
        cancel);

    /// <summary>Changes a dependent as it is in the cluster now; one that has gone, or is another of the same name, needs no change.</summary>
    private async Task<ApiStatus?> ChangeAsync(GraphDependent dependent, Func<ResourcePath, KubeObject, Task<ApiStatus?>> change, CancellationToken cancel)
    {
        if (dependent.Resource is not { } resource)
            return null;
        var path = new ResourcePath(resource, dependent.Key.Namespace, dependent.Key.Name);
        ApiResult live = await api.GetAsync(path, cancel);
        if (!live.IsSuccess)
            return Missing(live.Error);
        KubeObject item = KubeObject.Parse(live.Body);
        return item.Uid == dependent.Uid ? Missing(await change(path, item)) : null;
    }

    private Task<ApiStatus?> WriteOwnersAsync(ResourcePath path, KubeObject item, JsonObject[] references, CancellationToken cancel)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = item.ResourceVersion,
            ["ownerReferences"] = references.Length == 0 ? null : new JsonArray([.. references.Select(reference => reference.DeepClone())]),
        };
        return PatchMetadataAsync(path, metadata, cancel);
    }

    private async Task<ApiStatus?> PatchMetadataAsync(ResourcePath path, JsonObject metadata, CancellationToken cancel)
    {
        byte[] patch = KubeJson.ToUtf8(new JsonObject { ["metadata"] = metadata });
        return (await api.PatchAsync(path, PatchType.Merge, patch, WriteQuery.None, cancel)).Error;
    }

    /// <summary>Only as it was judged: one that got another owner meanwhile is a conflict, and is judged again.</summary>
    private async Task<ApiStatus?> DeleteAsync(ResourcePath path, KubeObject item, string policy, CancellationToken cancel) =>
        Missing((await api.DeleteAsync(path, new DeleteQuery { Uid = item.Uid, ResourceVersion = item.ResourceVersion, PropagationPolicy = policy }, cancel)).Error);

    private static string PolicyOf(KubeObject item) =>
        Has(item, GraphObject.OrphanFinalizer) ? "Orphan" : Has(item, GraphObject.ForegroundFinalizer) ? "Foreground" : "Background";

    private static bool Has(KubeObject item, string finalizer) => (item.Finalizers ?? []).Any(name => name?.ToString() == finalizer);

    private static ApiStatus? Missing(ApiStatus? error) => error is { IsNotFound: true } ? null : error;

    private enum OwnerState
    {
        Solid,
        Absent,
        WaitsForDependents,
    }
}
