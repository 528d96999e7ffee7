// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.Discovery;

/// <summary>
/// The discovery documents of one registry snapshot: <c>/api</c>, <c>/apis</c>, one APIResourceList for each group version, and the aggregated
/// form (apidiscovery.k8s.io/v2) of both roots. Groups of aggregated API servers are merged by <see cref="DiscoveryEndpoint"/>.
/// </summary>
internal sealed class DiscoveryDocuments
{
    private readonly Dictionary<string, byte[]> _resourceLists = [];

    public DiscoveryDocuments(RegistrySnapshot snapshot)
    {
        Generation = snapshot.Generation;
        foreach (IGrouping<string, ResourceKind> group in snapshot.Kinds.GroupBy(kind => kind.Group))
        {
            string[] versions = [.. VersionsOf(group)];
            foreach (string version in versions)
            {
                string groupVersion = new GroupVersion(group.Key, version).ToString();
                _resourceLists[groupVersion] = KubeJson.ToUtf8(ResourceList(groupVersion, group, version));
            }

            if (group.Key.Length == 0)
                CoreAggregated = AggregatedGroup("", group, versions);
            else
                Groups.Add(new DiscoveredGroup(group.Key, LegacyGroup(group.Key, versions), AggregatedGroup(group.Key, group, versions)));
        }
    }

    public long Generation { get; }

    /// <summary>Every group but the core one, in the order of the registry.</summary>
    public List<DiscoveredGroup> Groups { get; } = [];

    public JsonObject CoreAggregated { get; } = [];

    /// <summary><c>v1</c> or <c>apps/v1</c>; null when nothing of it is served.</summary>
    public ReadOnlyMemory<byte>? ResourceList(string groupVersion) =>
        _resourceLists.TryGetValue(groupVersion, out byte[]? list) ? list : (ReadOnlyMemory<byte>?)null;

    /// <summary>The first eight bytes of the SHA-256 of group/version/kind, as upstream makes it: clients compare, nobody reads it.</summary>
    private static string StorageVersionHash(ResourceKind kind)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{kind.StorageGroup ?? kind.Group}/{kind.StorageVersion}/{kind.Kind}"));
        return Convert.ToBase64String(hash.AsSpan(0, 8));
    }

    private static IEnumerable<string> VersionsOf(IEnumerable<ResourceKind> kinds) =>
        kinds.SelectMany(kind => kind.Versions).Select(version => version.Name).Distinct().OrderByDescending(version => version, VersionOrder.Instance);

    private static JsonObject ResourceList(string groupVersion, IEnumerable<ResourceKind> kinds, string version)
    {
        var resources = new JsonArray();
        foreach (ResourceKind kind in kinds.Where(kind => kind.Version(version) is not null))
        {
            resources.Add((JsonNode)LegacyResource(kind));
            foreach (Subresource subresource in kind.Subresources)
                resources.Add((JsonNode)LegacySubresource(kind, subresource));
        }

        return new JsonObject { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = groupVersion, ["resources"] = resources };
    }

    private static JsonObject LegacyResource(ResourceKind kind)
    {
        var json = new JsonObject
        {
            ["name"] = kind.Plural, ["singularName"] = kind.Singular, ["namespaced"] = kind.Namespaced, ["kind"] = kind.Kind, ["verbs"] = Array(kind.Verbs),
        };
        if (kind.ShortNames.Count > 0)
            json["shortNames"] = Array(kind.ShortNames);
        if (kind.Categories.Count > 0)
            json["categories"] = Array(kind.Categories);
        if (kind.IsStored)
            json["storageVersionHash"] = StorageVersionHash(kind);
        return json;
    }

    private static JsonObject LegacySubresource(ResourceKind kind, Subresource subresource)
    {
        var json = new JsonObject { ["name"] = $"{kind.Plural}/{subresource.Name}", ["singularName"] = "", ["namespaced"] = kind.Namespaced };
        if (subresource.Group is not null)
            json["group"] = subresource.Group;
        if (subresource.Version is not null)
            json["version"] = subresource.Version;
        json["kind"] = subresource.Kind;
        json["verbs"] = Array(subresource.Verbs);
        return json;
    }

    private static JsonObject LegacyGroup(string group, string[] versions)
    {
        var list = new JsonArray();
        foreach (string version in versions)
            list.Add((JsonNode)new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version });
        return new JsonObject { ["name"] = group, ["versions"] = list, ["preferredVersion"] = list[0]!.DeepClone() };
    }

    private static JsonObject AggregatedGroup(string group, IEnumerable<ResourceKind> kinds, string[] versions)
    {
        var list = new JsonArray();
        foreach (string version in versions)
        {
            var resources = new JsonArray();
            foreach (ResourceKind kind in kinds.Where(kind => kind.Version(version) is not null))
                resources.Add((JsonNode)AggregatedResource(kind, version));
            list.Add((JsonNode)new JsonObject { ["version"] = version, ["resources"] = resources, ["freshness"] = "Current" });
        }

        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (group.Length > 0)
            metadata.Insert(0, "name", group);
        return new JsonObject { ["metadata"] = metadata, ["versions"] = list };
    }

    private static JsonObject AggregatedResource(ResourceKind kind, string version)
    {
        var json = new JsonObject
        {
            ["resource"] = kind.Plural,
            ["responseKind"] = KindRef(kind.Group, version, kind.Kind),
            ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Array(kind.Verbs),
        };
        if (kind.ShortNames.Count > 0)
            json["shortNames"] = Array(kind.ShortNames);
        if (kind.Categories.Count > 0)
            json["categories"] = Array(kind.Categories);
        var subresources = new JsonArray();
        foreach (Subresource subresource in kind.Subresources)
        {
            subresources.Add((JsonNode)new JsonObject
            {
                ["subresource"] = subresource.Name,
                ["responseKind"] = KindRef(subresource.Group ?? kind.Group, subresource.Version ?? version, subresource.Kind),
                ["verbs"] = Array(subresource.Verbs),
            });
        }

        if (subresources.Count > 0)
            json["subresources"] = subresources;
        return json;
    }

    private static JsonObject KindRef(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
