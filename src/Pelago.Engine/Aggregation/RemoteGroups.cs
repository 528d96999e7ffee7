// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Discovery;
using Pelago.Kube;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// The groups of aggregated servers as discovery shows them: from the last APIResourceList that each gave, marked Stale while it cannot be
/// reached. Groups come by their priority. For many threads.
/// </summary>
internal sealed class RemoteGroups(ApiServiceTable services, IReadOnlyList<ApiExtension> extensions)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _resourceLists = [];
    private volatile IReadOnlyDictionary<string, string> _openApiPaths = new Dictionary<string, string>();
    private IReadOnlyList<ApiService>? _builtFrom;
    private IReadOnlyList<DiscoveredGroup> _built = [];

    /// <summary>The same list object as long as nothing changed.</summary>
    public IReadOnlyList<DiscoveredGroup> Current
    {
        get
        {
            IReadOnlyList<ApiService> all = services.All;
            lock (_gate)
            {
                if (!ReferenceEquals(all, _builtFrom))
                    (_built, _builtFrom) = (Build(all), all);
                return _built;
            }
        }
    }

    /// <summary><c>apis/GROUP/VERSION</c> and the URL of its OpenAPI document, of the servers that have one.</summary>
    public IReadOnlyDictionary<string, string> OpenApiPaths => _openApiPaths;

    /// <summary>Null: it has none, or is gone.</summary>
    public void SetOpenApi(GroupVersion serves, string? url)
    {
        string path = $"apis/{serves}";
        lock (_gate)
        {
            if (_openApiPaths.GetValueOrDefault(path) == url)
                return;
            var next = new Dictionary<string, string>(_openApiPaths);
            if (url is null)
                next.Remove(path);
            else
                next[path] = url;
            _openApiPaths = next;
        }
    }

    /// <summary>What <c>/apis/GROUP/VERSION</c> of the server said; null when it is gone for good.</summary>
    public void Set(string apiService, JsonObject? resourceList)
    {
        lock (_gate)
        {
            if (resourceList is null)
            {
                if (!_resourceLists.Remove(apiService))
                    return;
            }
            else
            {
                if (_resourceLists.TryGetValue(apiService, out JsonObject? present) && JsonNode.DeepEquals(present, resourceList))
                    return;
                _resourceLists[apiService] = resourceList;
            }

            _builtFrom = null;
        }
    }

    private List<DiscoveredGroup> Build(IReadOnlyList<ApiService> all) =>
    [
        .. extensions.Select(extension => Build(extension.Serves.Group, [(extension.Serves, extension.ResourceList, true)])),
        .. all.Where(service => service.Service is not null)
            .GroupBy(service => service.Serves.Group)
            .OrderByDescending(group => group.Max(service => service.GroupPriority))
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Build(group.Key,
            [
                .. group.OrderByDescending(service => service.VersionPriority).ThenByDescending(service => service.Serves.Version, VersionOrder.Instance)
                    .Select(service => (service.Serves, _resourceLists.GetValueOrDefault(service.Name), service.IsAvailable)),
            ])),
    ];

    private static DiscoveredGroup Build(string group, (GroupVersion Serves, JsonObject? List, bool IsAvailable)[] versions)
    {
        var legacy = new JsonArray();
        var aggregated = new JsonArray();
        var lists = new Dictionary<string, byte[]>();
        foreach ((GroupVersion serves, JsonObject? list, bool isAvailable) in versions)
        {
            legacy.Add((JsonNode)new JsonObject { ["groupVersion"] = serves.ToString(), ["version"] = serves.Version });
            if (list is not null)
                lists[serves.ToString()] = KubeJson.ToUtf8(list);
            aggregated.Add((JsonNode)new JsonObject
            {
                ["version"] = serves.Version,
                ["resources"] = RemoteResources.ToAggregated(serves, list),
                ["freshness"] = isAvailable ? "Current" : "Stale",
            });
        }

        return new DiscoveredGroup(
            group,
            new JsonObject { ["name"] = group, ["versions"] = legacy, ["preferredVersion"] = legacy[0]!.DeepClone() },
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = group, ["creationTimestamp"] = null }, ["versions"] = aggregated })
        {
            ResourceLists = lists,
        };
    }
}
