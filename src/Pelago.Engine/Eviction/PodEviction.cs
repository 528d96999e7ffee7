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
        if (_pods.Current.Get(key) is not { } stored)
            return ResourceResult.Failed(ApiStatus.NotFound(Pods, key.Name));

        DeleteQuery delete = ReadOptions(eviction.Json.Object("deleteOptions"), request.Options.DryRun);
        var pod = KubeObject.Parse(stored.Json);

        // a pod that does not run is no loss; the uid keeps the delete from hitting its successor
        if (!IsDispensable(pod) && await _budgets.SpendAsync(pod, delete.DryRun, cancel) is { } protectedByBudget)
            return ResourceResult.Failed(protectedByBudget);
        ApiResult deleted = await api.DeleteAsync(
            new ResourcePath(PodResource, key.Namespace, key.Name), delete with { Uid = delete.Uid ?? pod.Uid }, cancel);
        return deleted.Error is { } error ? ResourceResult.Failed(error) : Success();
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

    private static bool IsDispensable(KubeObject pod) => pod.IsDeleting || pod.Status?.String("phase") is "Succeeded" or "Failed" or "Pending";

    private static ResourceResult Success() => ResourceResult.Of(KubeJson.ToUtf8(new JsonObject
    {
        ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201,
    }), 201);
}
