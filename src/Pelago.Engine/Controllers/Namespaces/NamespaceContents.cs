// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>What is left in a namespace after one round of deleting, and what stood in the way.</summary>
internal sealed class NamespaceContents
{
    private readonly List<(DiscoveredResource Resource, ApiStatus Why)> _failures = [];

    public IReadOnlyList<(GroupVersion Group, ApiStatus Why)> UnknownGroups { get; private set; } = [];
    public IReadOnlyList<(DiscoveredResource Resource, ApiStatus Why)> Failures => _failures;
    public SortedDictionary<string, int> Remaining { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, int> Finalizers { get; } = new(StringComparer.Ordinal);
    public ApiStatus? DiscoveryFailure { get; private set; }

    public bool IsEmpty => Remaining.Count == 0 && FirstFailure is null;
    public ApiStatus? FirstFailure => DiscoveryFailure ?? (UnknownGroups.Count > 0 ? UnknownGroups[0].Why : _failures.Count > 0 ? _failures[0].Why : null);

    /// <summary>Pods in their grace period leave no event that this controller sees.</summary>
    public TimeSpan LooksAgainAfter => TimeSpan.FromSeconds(1);

    /// <summary>Deletes everything once. Pods go first, so that nothing they need disappears under them.</summary>
    public static async Task<NamespaceContents> DeleteAsync(IKubeApi api, string ns, CancellationToken cancel)
    {
        var contents = new NamespaceContents();
        (ClusterDiscovery? found, ApiStatus? error) = await ClusterDiscovery.ReadAsync(api, cancel);
        if (found is null)
        {
            contents.DiscoveryFailure = error;
            return contents;
        }
        contents.UnknownGroups = found.Failures;
        DiscoveredResource[] all = [.. found.Resources.Where(resource => resource.IsNamespaced && resource.Can("list", "delete"))];
        foreach (DiscoveredResource pods in all.Where(IsPods))
            await contents.DeleteAsync(api, ns, pods, cancel);
        if (contents.Remaining.Count == 0)
            await Task.WhenAll(all.Where(resource => !IsPods(resource)).Select(resource => contents.DeleteAsync(api, ns, resource, cancel)));
        return contents;
    }

    private static bool IsPods(DiscoveredResource resource) => resource.Resource is { Group: "", Resource: "pods" };

    private async Task DeleteAsync(IKubeApi api, string ns, DiscoveredResource resource, CancellationToken cancel)
    {
        var path = new ResourcePath(resource.Resource, ns);
        (List<KubeObject> before, ApiStatus? unlisted) = await ListAsync(api, path, cancel);
        if (unlisted is not null)
            Note(resource, unlisted);
        if (before.Count == 0 || unlisted is not null)
            return;
        ApiStatus? error = resource.Can("deletecollection")
            ? (await api.DeleteAsync(path, new DeleteQuery { PropagationPolicy = "Background" }, cancel)).Error
            : await DeleteEachAsync(api, path, before, cancel);
        if (error is { IsNotFound: false, Code: not 405 })
        {
            Note(resource, error);
            return;
        }
        (List<KubeObject> after, _) = await ListAsync(api, path, cancel);
        if (after.Count > 0)
            Count(resource, after);
    }

    private static async Task<(List<KubeObject> Objects, ApiStatus? Error)> ListAsync(IKubeApi api, ResourcePath path, CancellationToken cancel)
    {
        var objects = new List<KubeObject>();
        var query = new ListQuery { Limit = 500, MetadataOnly = true };
        while (true)
        {
            ApiResult page = await api.ListAsync(path, query, cancel);
            if (page.Error is { IsNotFound: true } or { Code: 405 })
                return (objects, null);
            if (page.Error is not null)
                return (objects, page.Error);
            ListDocument list = ListDocument.Parse(page.Body);
            objects.AddRange(list.Items.Select(KubeObject.Parse));
            if (list.Continue is null)
                return (objects, null);
            query = query with { Continue = list.Continue };
        }
    }

    private static async Task<ApiStatus?> DeleteEachAsync(IKubeApi api, ResourcePath path, List<KubeObject> objects, CancellationToken cancel)
    {
        foreach (KubeObject item in objects)
        {
            ApiStatus? error = (await api.DeleteAsync(path with { Name = item.Name }, new DeleteQuery { PropagationPolicy = "Background" }, cancel)).Error;
            if (error is { IsNotFound: false })
                return error;
        }
        return null;
    }

    private void Note(DiscoveredResource resource, ApiStatus why)
    {
        lock (_failures)
            _failures.Add((resource, why));
    }

    private void Count(DiscoveredResource resource, List<KubeObject> left)
    {
        lock (_failures)
        {
            Remaining[$"{resource.Resource.Resource}.{resource.Resource.Group}"] = left.Count;
            foreach (string finalizer in left.SelectMany(item => (item.Finalizers ?? []).Select(name => name!.ToString())))
                Finalizers[finalizer] = Finalizers.GetValueOrDefault(finalizer) + 1;
        }
    }
}
