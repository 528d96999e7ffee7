// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.CustomResources;

/// <summary>Deletes the objects of a kind that is about to go.</summary>
internal sealed class InstanceCleanup(IKubeApi api)
{
    /// <summary>Objects with finalizers take as long as their owners need.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Asks for the deletion of all that is not being deleted yet; empty when nothing was left.</summary>
    public async Task<(bool IsEmpty, ApiStatus? Failure)> DeleteAllAsync(ResourceKind kind, CancellationToken cancel)
    {
        var resource = new GroupVersionResource(kind.Group, kind.PreferredVersion.Name, kind.Plural);
        (IReadOnlyCollection<string> namespaces, ApiStatus? failure) = await FindAsync(resource, cancel);
        if (failure is not null || namespaces.Count == 0)
            return (failure is null, failure);
        foreach (string ns in namespaces)
        {
            ApiResult deleted = await api.DeleteAsync(new ResourcePath(resource, ns), DeleteQuery.None, cancel);
            if (deleted.Error is { IsNotFound: false } refused)
                return (false, refused);
        }
        (namespaces, failure) = await FindAsync(resource, cancel);
        return (failure is null && namespaces.Count == 0, failure);
    }

    /// <summary>Namespaces (the empty one for cluster-scoped kinds) that still hold objects.</summary>
    private async Task<(IReadOnlyCollection<string> Namespaces, ApiStatus? Failure)> FindAsync(GroupVersionResource resource, CancellationToken cancel)
    {
        var namespaces = new SortedSet<string>(StringComparer.Ordinal);
        string? next = null;
        do
        {
            var query = new ListQuery { Limit = 500, Continue = next, MetadataOnly = true };
            ApiResult page = await api.ListAsync(new ResourcePath(resource), query, cancel);
            if (page.Error is { } refused)
                return (namespaces, refused.IsNotFound ? null : refused);
            JsonObject list = KubeJson.ParseObject(page.Body);
            foreach (JsonObject item in list.Array("items")?.OfType<JsonObject>() ?? [])
                namespaces.Add(new KubeObject(item).Namespace);
            next = list.Object("metadata")?.String("continue");
        }
        while (!string.IsNullOrEmpty(next));
        return (namespaces, null);
    }
}
