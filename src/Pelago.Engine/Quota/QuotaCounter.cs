// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>Counts the objects of a namespace for one quota.</summary>
internal sealed class QuotaCounter(IKubeApi api, TimeProvider time)
{
    private const int PageSize = 500;

    public async Task<(QuotaAmounts Used, ApiStatus? Error)> CountAsync(KubeObject quota, CancellationToken cancel)
    {
        JsonObject spec = quota.Spec ?? [];
        string[] names = [.. (spec.Object("hard") ?? []).Select(pair => pair.Key)];
        var all = new QuotaAmounts();
        foreach (string name in names)
            all[name] = Quantity.Zero;
        foreach (GroupResource resource in names.Select(QuotaUsage.ResourceOf).Distinct())
        {
            // a resource that is not served has no objects
            if (await FindAsync(resource, cancel) is not { } served)
                continue;
            if (await CountAsync(spec, new ResourcePath(served, quota.Namespace), all, cancel) is { } error)
                return (all, error);
        }

        return (all.Only(names), null);
    }

    /// <summary>The resource in the preferred version of its group; null when the group is not served.</summary>
    public async Task<GroupVersionResource?> FindAsync(GroupResource resource, CancellationToken cancel)
    {
        if (resource.Group.Length == 0)
            return new GroupVersionResource("", "v1", resource.Resource);
        ApiResult found = await api.GetRawAsync($"/apis/{Uri.EscapeDataString(resource.Group)}", cancel);
        string? version = found.IsSuccess ? KubeJson.ParseObject(found.Body).Object("preferredVersion")?.String("version") : null;
        return version is null ? null : new GroupVersionResource(resource.Group, version, resource.Resource);
    }

    private async Task<ApiStatus?> CountAsync(JsonObject spec, ResourcePath collection, QuotaAmounts all, CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        GroupResource resource = collection.Resource.GroupResource;
        string? resume = null;
        do
        {
            ApiResult page = await api.ListAsync(collection, new ListQuery { Limit = PageSize, Continue = resume }, cancel);
            if (page.Error is { } error)
                return error.IsNotFound ? null : error;
            JsonObject list = KubeJson.ParseObject(page.Body);
            foreach (JsonObject json in (list.Array("items") ?? []).OfType<JsonObject>())
            {
                var item = new KubeObject(json);
                if (QuotaScope.Matches(spec, resource, item))
                    all.Add(QuotaUsage.Of(resource, item, now));
            }

            resume = list.Object("metadata")?.String("continue");
        }
        while (!string.IsNullOrEmpty(resume));

        return null;
    }
}
