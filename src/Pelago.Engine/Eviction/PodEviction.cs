// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Resources;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Eviction;

/// <summary>
/// POST pods/NAME/eviction: a delete that asks the PodDisruptionBudget of the pod first (upstream pkg/registry/core/pod/storage/eviction.go).
/// policy/v1 bodies, and v1beta1 ones of old clients.
/// </summary>
internal sealed class PodEviction(IRevisionStore store, IKubeApi api, TimeProvider time) : IResourceHandler
{
    // a pod that is not yet running may start, and another write of it come, at any time
    private const int MostAttempts = 20;
    private static readonly GroupResource Pods = new("", "pods");
    private static readonly GroupVersionResource PodResource = new("", "v1", "pods");
    private readonly IResourceStore _pods = store.Resource("pods");
    private readonly DisruptionLedger _budgets = new(store, api, time);

    public async ValueTask<ResourceResult> CreateAsync(HandlerRequest request, CancellationToken cancel)
    {
        ObjectKey key = request.Resource.Key;
        (KubeObject eviction, ApiStatus? refused) = Read(request);
        if (refused is not null)
            return ResourceResult.Failed(refused);
        if (eviction.Name.Length > 0 && eviction.Name != key.Name)
            return ResourceResult.Failed(ApiStatus.BadRequest("name in URL does not match name in Eviction object"));

        DeleteQuery asked = ReadOptions(eviction.Json.Object("deleteOptions"), request.Options.DryRun);
        string? uid = null;
        for (int attempt = 1; ; attempt++)
        {
            // another pod of the same name is not the one that was to go
            if (Find(key) is not { } pod || (uid ??= pod.Uid) != pod.Uid)
                return ResourceResult.Failed(ApiStatus.NotFound(Pods, key.Name));
            (ApiStatus? error, bool outdated) = await EvictAsync(pod, asked, cancel);
            if (error is null)
                return Success();
            if (!outdated || attempt == MostAttempts)
                return ResourceResult.Failed(error);
        }
    }

    private KubeObject? Find(ObjectKey key) => _pods.Current.Get(key) is { } stored ? KubeObject.Parse(stored.Json) : null;

    /// <summary>A pod that does not run is no loss. The refusal, and whether it only means that the pod is another than it was taken for.</summary>
    private async Task<(ApiStatus? Refused, bool IsOutdated)> EvictAsync(KubeObject pod, DeleteQuery asked, CancellationToken cancel)
    {
        DeleteQuery delete = asked with { Uid = asked.Uid ?? pod.Uid };

        // for pods that go without a budget's leave only because of the state that they were seen in
        DeleteQuery asSeen = delete with { ResourceVersion = asked.ResourceVersion ?? pod.ResourceVersion };
        bool askedForAnyVersion = asked.ResourceVersion is null && delete.Uid == pod.Uid;
        if (IsOver(pod))
            return (await DeleteAsync(pod, delete, cancel), false);
        if (pod.Status?.String("phase") == "Pending")
        {
            ApiStatus? kept = await DeleteAsync(pod, asSeen, cancel);
            return (kept, askedForAnyVersion && kept is { IsConflict: true });
        }

        BudgetVerdict verdict = await _budgets.SpendAsync(pod, asked.DryRun, cancel);
        if (verdict.Refused is not null)
            return (verdict.Refused, false);
        if (verdict.Spared is not { } budget)
            return (await DeleteAsync(pod, delete, cancel), false);
        ApiStatus? error = await DeleteAsync(pod, asSeen, cancel);
        return (askedForAnyVersion && error is { IsConflict: true } ? DisruptionLedger.StillProcessed(budget) : error, false);
    }

    private async Task<ApiStatus?> DeleteAsync(KubeObject pod, DeleteQuery delete, CancellationToken cancel)
    {
        var path = new ResourcePath(PodResource, pod.Namespace, pod.Name);
        if (!delete.DryRun)
        {
            byte[] patch = KubeJson.ToUtf8(DisruptionTarget.EvictionApi.Patch(time, delete.Uid ?? pod.Uid, delete.ResourceVersion));
            ApiResult marked = await api.PatchAsync(path with { Subresource = "status" }, PatchType.StrategicMerge, patch, WriteQuery.None, cancel);
            if (marked.Error is not null)
                return marked.Error;

            // the condition itself has made it another version
            if (delete.ResourceVersion is not null)
                delete = delete with { ResourceVersion = KubeObject.Parse(marked.Body).ResourceVersion };
        }

        ApiStatus? refused = (await api.DeleteAsync(path, delete, cancel)).Error;
        if (refused is not null && !delete.DryRun)
        {
            byte[] withdrawal = KubeJson.ToUtf8(DisruptionTarget.EvictionApi.Withdrawal(time, delete.Uid ?? pod.Uid));
            await api.PatchAsync(path with { Subresource = "status" }, PatchType.StrategicMerge, withdrawal, WriteQuery.None, CancellationToken.None);
        }
        return refused;
    }

    private static (KubeObject Eviction, ApiStatus? Refused) Read(HandlerRequest request)
    {
        if (request.Body.IsEmpty)
            return (new KubeObject([]), null);
        try
        {
            var eviction = KubeObject.Parse(request.Body);
            bool known = eviction.ApiVersion is "" or "policy/v1" or "policy/v1beta1" && eviction.Kind is "" or "Eviction";
            return (eviction, known ? null : ApiStatus.BadRequest($"{eviction.Kind} in version \"{eviction.ApiVersion}\" cannot be handled as a Eviction"));
        }
        catch (JsonException fault)
        {
            return (default, ApiStatus.BadRequest($"the object provided is unrecognized (must be of type Eviction): {fault.Message}"));
        }
    }

    private static DeleteQuery ReadOptions(JsonObject? options, bool dryRun)
    {
        JsonObject? preconditions = options?.Object("preconditions");
        return new DeleteQuery
        {
            GracePeriodSeconds = options?.Integer("gracePeriodSeconds"),
            PropagationPolicy = options?.String("propagationPolicy"),
            Uid = preconditions?.String("uid"),
            ResourceVersion = preconditions?.String("resourceVersion"),
            DryRun = dryRun || (options?.Array("dryRun")?.Any(value => value?.ToString() == "All") ?? false),
        };
    }

    /// <summary>Nothing brings such a pod back.</summary>
    private static bool IsOver(KubeObject pod) => pod.IsDeleting || pod.Status?.String("phase") is "Succeeded" or "Failed";

    private static ResourceResult Success() => ResourceResult.Of(KubeJson.ToUtf8(new JsonObject
    {
        ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201,
    }), 201);
}
