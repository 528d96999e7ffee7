// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// What the cluster serves now, in the preferred version of each group (legacy discovery documents: every server has them).
/// <c>Failures</c> names groups whose documents could not be had, an aggregated API that is down for example: what they serve is unknown, not absent.
/// </summary>
internal sealed record ClusterDiscovery(IReadOnlyList<DiscoveredResource> Resources, IReadOnlyList<(GroupVersion Group, ApiStatus Why)> Failures)
{
    public static async Task<(ClusterDiscovery? Found, ApiStatus? Error)> ReadAsync(IKubeApi api, CancellationToken cancel)
    {
        ApiResult root = await api.GetRawAsync("/apis", cancel);
        if (root.Error is not null)
            return (null, root.Error);
        var versions = new List<GroupVersion> { new("", "v1") };
        foreach (JsonObject group in (KubeJson.ParseObject(root.Body).Array("groups") ?? []).OfType<JsonObject>())
        {
            if (GroupVersion.TryParse(group.Object("preferredVersion")?.String("groupVersion"), out GroupVersion preferred))
                versions.Add(preferred);
        }
        (GroupVersion Version, ApiResult Answer)[] documents = await Task.WhenAll(versions.Select(
            async version => (version, await api.GetRawAsync(version.Group.Length == 0 ? "/api/v1" : $"/apis/{version}", cancel))));
        var resources = new List<DiscoveredResource>();
        var failures = new List<(GroupVersion, ApiStatus)>();
        foreach ((GroupVersion version, ApiResult answer) in documents)
        {
            if (answer.Error is { } error)
                failures.Add((version, error));
            else
                resources.AddRange(Read(version, KubeJson.ParseObject(answer.Body)));
        }
        return (new ClusterDiscovery(resources, failures), null);
    }

    private static IEnumerable<DiscoveredResource> Read(GroupVersion version, JsonObject list)
    {
        foreach (JsonObject item in (list.Array("resources") ?? []).OfType<JsonObject>())
        {
            string name = item.String("name") ?? "";
            if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
                continue;
            var verbs = (item.Array("verbs") ?? []).Select(verb => verb?.ToString() ?? "").ToHashSet(StringComparer.Ordinal);
            yield return new DiscoveredResource(
                new GroupVersionResource(version.Group, version.Version, name), item.String("kind") ?? "", item.Boolean("namespaced") ?? false, verbs);
        }
    }
}
