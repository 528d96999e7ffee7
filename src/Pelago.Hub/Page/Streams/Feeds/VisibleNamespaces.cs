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
    private const int PageSize = 500;
    private const int MostNamespaces = 5000;
    private const int AtOnce = 16;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(50);
    private static readonly GroupVersionResource Namespaces = new("", "v1", "namespaces");
    private static readonly GroupVersionResource Reviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews");
    private readonly ConcurrentDictionary<(HttpKubeApi? Cluster, GroupVersionResource Resource), (long At, Task<IReadOnlyList<string>?> Names)> _known = new();

    /// <summary>In order; none when he may not anywhere, and null when nobody could say now, which is not remembered.</summary>
    public async Task<IReadOnlyList<string>?> FindAsync(string cluster, GroupVersionResource resource, CancellationToken cancel)
    {
        // By the connection, for another token may see others.
        (HttpKubeApi?, GroupVersionResource) key = (session.ApiOf(cluster), resource);
        if (!_known.TryGetValue(key, out (long At, Task<IReadOnlyList<string>?> Names) known) || time.GetElapsedTime(known.At) > Memory)
            _known[key] = known = (time.GetTimestamp(), AskAsync(cluster, resource));
        IReadOnlyList<string>? names = await known.Names.WaitAsync(cancel);
        if (names is null)
            _known.TryRemove(KeyValuePair.Create(key, known));
        return names;
    }

    /// <summary>Asked for all that wait for it, so nobody's leaving ends it but the session's.</summary>
    private async Task<IReadOnlyList<string>?> AskAsync(string cluster, GroupVersionResource resource)
    {
        CancellationToken cancel = session.Ended;
        if (fleet.Find(cluster) is not { } member || session.ApiOf(cluster) is not { } user)
            return [];
        try
        {
            if (!await IsNamespacedAsync(member.Api, resource, cancel))
                return [];
            List<string> names = await NamesAsync(member.Api, cancel);
            bool[] may = new bool[names.Count];
            var limits = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
            await Parallel.ForAsync(0, names.Count, limits, async (i, stop) => may[i] = await MayListAsync(user, names[i], resource, stop));
            return [.. names.Where((_, i) => may[i])];
        }
        catch (ApiStatusException refused) when (refused.Status.Code is 401 or 403)
        {
            return []; // that is an answer, of one of the two that were asked for
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or ApiStatusException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<List<string>> NamesAsync(HttpKubeApi hub, CancellationToken cancel)
    {
        var names = new List<string>();
        var page = new ListQuery { Limit = PageSize, MetadataOnly = true };
        do
        {
            var list = ListDocument.Parse((await hub.ListAsync(new ResourcePath(Namespaces), page, cancel)).BodyOrThrow());
            names.AddRange(list.Items.Select(item => MetadataScan.Read(item).Name));
            page = page with { Continue = list.Continue };
        }
        while (page.Continue is not null && names.Count < MostNamespaces);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Rights within a namespace say nothing of resources that are in none.</summary>
    private static async Task<bool> IsNamespacedAsync(HttpKubeApi hub, GroupVersionResource resource, CancellationToken cancel)
    {
        string path = resource.Group.Length == 0 ? $"/api/{resource.Version}" : $"/apis/{resource.Group}/{resource.Version}";
        ApiResult answer = await hub.GetRawAsync(path, cancel);
        if (answer.Error is { IsNotFound: true })
            return false;
        return (KubeJson.ParseObject(answer.BodyOrThrow()).Array("resources") ?? []).OfType<JsonObject>()
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
        JsonObject? status = KubeJson.ParseObject(answer.BodyOrThrow()).Object("status");
        return status?.Boolean("allowed") == true && status.Boolean("denied") != true;
    }
}
