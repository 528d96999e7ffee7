// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Packages.Controllers;

/// <summary>Where a cluster serves a kind. What was found is kept; what was not is asked for again, for it may have come meanwhile.</summary>
internal sealed class ClusterKinds(IKubeApi api)
{
    private readonly ConcurrentDictionary<GroupVersionKind, (GroupVersionResource Resource, bool IsNamespaced)> _known = new();

    /// <summary>The path of an object; null when the cluster does not serve its kind. Throws an <see cref="ApiStatusException"/> when it does not say.</summary>
    public async Task<ResourcePath?> PathOfAsync(KubeObject item, string defaultNamespace, CancellationToken cancel)
    {
        if (!GroupVersion.TryParse(item.ApiVersion, out GroupVersion version))
            return null;
        var kind = new GroupVersionKind(version.Group, version.Version, item.Kind);
        if (!_known.ContainsKey(kind))
            await ReadAsync(version, cancel);
        if (!_known.TryGetValue(kind, out (GroupVersionResource Resource, bool IsNamespaced) found))
            return null;
        string ns = item.Namespace.Length > 0 ? item.Namespace : defaultNamespace;
        return new ResourcePath(found.Resource, found.IsNamespaced ? ns : "", item.Name);
    }

    /// <summary>Forgets a kind: a definition of it was changed or removed.</summary>
    public void Forget(GroupVersionKind kind) => _known.TryRemove(kind, out _);

    private async Task ReadAsync(GroupVersion version, CancellationToken cancel)
    {
        ApiResult answer = await api.GetRawAsync(version.Group.Length == 0 ? $"/api/{version.Version}" : $"/apis/{version}", cancel);
        if (answer.Error is { IsNotFound: true })
            return;
        foreach (JsonObject resource in (KubeJson.ParseObject(answer.BodyOrThrow()).Array("resources") ?? []).OfType<JsonObject>())
        {
            if (resource.String("name") is { } name && resource.String("kind") is { } kind && !name.Contains('/', StringComparison.Ordinal))
                _known[new GroupVersionKind(version.Group, version.Version, kind)] = (new GroupVersionResource(version.Group, version.Version, name), resource.Boolean("namespaced") ?? false);
        }
    }
}
