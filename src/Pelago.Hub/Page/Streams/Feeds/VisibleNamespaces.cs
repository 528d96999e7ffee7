// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Feeds;

/// <summary>
/// In which namespaces the user of a session may list a resource. The names come from the hub's own look at the cluster, and one is used only when the
/// cluster says, asked as that user, that he may list there. Remembered for a minute; for many threads.
/// </summary>
internal sealed class VisibleNamespaces(PageSession session, FleetRegistry fleet, TimeProvider time)
{
    private const int MostNamespaces = 500;
    private const int AtOnce = 16;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(50);
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Reviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews");
    private readonly ConcurrentDictionary<(HttpKubeApi? Cluster, GroupVersionResource Resource), (long At, Task<IReadOnlyList<string>> Names)> _known = new();

    /// <summary>In order; none when he may not anywhere, or nobody could say.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string cluster, GroupVersionResource resource, CancellationToken cancel)
    {
        // By the connection, for another token may see others.
        (HttpKubeApi?, GroupVersionResource) key = (session.ApiOf(cluster), resource);
        if (!_known.TryGetValue(key, out (long At, Task<IReadOnlyList<string>> Names) known) || time.GetElapsedTime(known.At) > Memory)
            _known[key] = known = (time.GetTimestamp(), AskAsync(cluster, resource));
        return await known.Names.WaitAsync(cancel);
    }

    /// <summary>Asked for all that wait for it, so nobody's leaving ends it but the session's.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(string cluster, GroupVersionResource resource)
    {
        CancellationToken cancel = session.Ended;
        if (fleet.Find(cluster) is not { } member || session.ApiOf(cluster) is not { } user)
            return [];
        try
        {
            if (!await IsNamespacedAsync(member.Api, resource, cancel))
                return [];
            ApiResult answer = await member.Api.ListAsync(new ResourcePath(Namespaces), new ListQuery { Limit = MostNamespaces, MetadataOnly = true }, cancel);
            if (!answer.IsSuccess)
                return [];
            string[] names = [.. ListDocument.Parse(answer.Body).Items.Select(item => MetadataScan.Read(item).Name).Order(StringComparer.Ordinal)];
            bool[] may = new bool[names.Length];
            var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
            await Parallel.ForAsync(0, names.Length, limits, async (i, stop) => may[i] = await MayListAsync(user, names[i], resource, stop));
            return [.. names.Where((_, i) => may[i])];
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Rights within a namespace say nothing of resources that are in none.</summary>
    private static async Task<bool> IsNamespacedAsync(HttpKubeApi hub, GroupVersionResource resource, CancellationToken cancel)
    {
        string path = resource.Group.Length == 0 ? $"/api/{resource.Version}" : $"/apis/{resource.Group}/{resource.Version}";
        ApiResult answer = await hub.GetRawAsync(path, cancel);
        return answer.IsSuccess && (KubeJson.ParseObject(answer.Body).Array("resources") ?? []).OfType<JsonObject>()
            .Any(item => item.String("name") == resource.Resource && item.Boolean("namespaced") == true);
    }

    private static async Task<bool> MayListAsync(HttpKubeApi user, string ns, GroupVersionResource resource, CancellationToken cancel)
    {
        var attributes = new JsonObject { ["verb"] = "list", ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Resource, ["namespace"] = ns };
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SelfSubjectAccessReview", ["spec"] = new JsonObject { ["resourceAttributes"] = attributes },
        };
        ApiResult answer = await user.CreateAsync(new ResourcePath(Reviews), KubeJson.ToUtf8(review), WriteQuery.None, cancel);
        JsonObject? status = answer.IsSuccess ? KubeJson.ParseObject(answer.Body).Object("status") : null;
        return status?.Boolean("allowed") == true && status.Boolean("denied") != true;
    }
}
