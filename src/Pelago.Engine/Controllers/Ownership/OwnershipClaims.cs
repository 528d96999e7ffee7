// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Settles which objects an owner controls (pkg/controller/controller_ref_manager.go): its own that still match stay, its own that do not are
/// released, matching orphans are adopted unless the owner is going away. Objects of another controller are never touched.
/// </summary>
internal sealed class OwnershipClaims(IKubeApi api, GroupVersionResource resource)
{
    public async Task<(List<T> Claimed, ApiStatus? Error)> ClaimAsync<T>(
        Owner owner, LabelSelector selector, IEnumerable<T> candidates, CancellationToken cancel)
        where T : class, IOwnedObject
    {
        var claimed = new List<T>();
        ApiStatus? error = null;
        bool? mayAdopt = null;
        foreach (T candidate in candidates)
        {
            if (candidate.Controller is { } controller)
            {
                if (controller.Uid != owner.Uid)
                    continue;
                if (selector.Matches(candidate.Labels))
                    claimed.Add(candidate);
                else if (!owner.IsDeleting)
                    error = await ReleaseAsync(owner, candidate, cancel) ?? error;
            }
            else if (!owner.IsDeleting && !candidate.IsDeleting && selector.Matches(candidate.Labels))
            {
                mayAdopt ??= await MayAdoptAsync(owner, cancel);
                if (mayAdopt == false)
                    continue;
                ApiStatus? refused = await AdoptAsync(owner, candidate, cancel);
                if (refused is null)
                    claimed.Add(candidate);
                else if (!refused.IsNotFound)
                    error = refused;
            }
        }
        return (claimed, error);
    }

    /// <summary>The cache may be behind: whether the owner still lives is asked of the cluster itself.</summary>
    private async Task<bool> MayAdoptAsync(Owner owner, CancellationToken cancel)
    {
        ApiResult live = await api.GetAsync(new ResourcePath(owner.Resource, owner.Namespace, owner.Name), cancel);
        if (!live.IsSuccess)
            return false;
        KubeObject found = KubeObject.Parse(live.Body);
        return found.Uid == owner.Uid && !found.IsDeleting;
    }

    private Task<ApiStatus?> AdoptAsync(Owner owner, IOwnedObject candidate, CancellationToken cancel) =>
        PatchAsync(candidate, owner.ToReference(), cancel);

    private async Task<ApiStatus?> ReleaseAsync(Owner owner, IOwnedObject candidate, CancellationToken cancel)
    {
        ApiStatus? error = await PatchAsync(candidate, new JsonObject { ["$patch"] = "delete", ["uid"] = owner.Uid }, cancel);
        // Gone, or another object by now (the uid in the patch): either way it is not ours any more.
        return error is { IsNotFound: true } or { Code: 422 } ? null : error;
    }

    private async Task<ApiStatus?> PatchAsync(IOwnedObject target, JsonObject reference, CancellationToken cancel)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = target.Uid, ["ownerReferences"] = new JsonArray(reference) } };
        var path = new ResourcePath(resource, target.Key.Namespace, target.Key.Name);
        return (await api.PatchAsync(path, PatchType.StrategicMerge, KubeJson.ToUtf8(patch), WriteQuery.None, cancel)).Error;
    }
}
