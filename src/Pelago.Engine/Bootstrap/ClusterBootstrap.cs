// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Authorization;
using Pelago.Kube;

namespace Pelago.Engine.Bootstrap;

/// <summary>
/// Brings a cluster to the state that clients expect of one, at every start: what is missing is made, what names this API server is
/// corrected, all else stays as people left it.
/// </summary>
internal sealed class ClusterBootstrap(IKubeApi api, BootstrapOptions options)
{
    private static readonly GroupVersionResource Services = new("", "v1", "services");
    private static readonly GroupVersionResource Endpoints = new("", "v1", "endpoints");
    private static readonly GroupVersionResource ConfigMaps = new("", "v1", "configmaps");
    private static readonly GroupVersionResource EndpointSlices = new("discovery.k8s.io", "v1", "endpointslices");
    private static readonly GroupVersionResource NamespaceResource = new("", "v1", "namespaces");
    private static readonly GroupVersionResource PriorityClasses = new("scheduling.k8s.io", "v1", "priorityclasses");

    /// <summary>Throws an <see cref="ApiStatusException"/> when the API refuses one of the objects.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await Task.WhenAll(SystemObjects.Namespaces.Select(name => EnsureAsync(NamespaceResource, SystemObjects.Namespace(name), cancel)));
        await Task.WhenAll(
        [
            new RbacReconciler(api).RunAsync(cancel),
            .. SystemObjects.PriorityClasses().Select(priority => EnsureAsync(PriorityClasses, priority, cancel)),
            SetAsync(ConfigMaps, SystemObjects.ExtensionAuthentication(options), ["data"], cancel),
            SetServiceAsync(cancel),
            SetAsync(Endpoints, SystemObjects.KubernetesEndpoints(options), ["subsets"], cancel),
            SetAsync(EndpointSlices, SystemObjects.KubernetesEndpointSlice(options), ["addressType", "endpoints", "ports"], cancel),
        ]);
        await new ClusterRoleAggregation(api).RunOnceAsync(cancel);
    }

    /// <summary>The ClusterIP of a service cannot change: one of another range is replaced.</summary>
    private async Task SetServiceAsync(CancellationToken cancel)
    {
        KubeObject wanted = SystemObjects.KubernetesService(options);
        var path = new ResourcePath(Services, wanted.Namespace, wanted.Name);
        if (await FindAsync(path, cancel) is { } present && present.Spec?.String("clusterIP") != options.ServiceAddress.ToString())
            (await api.DeleteAsync(path, new DeleteQuery { Uid = present.Uid }, cancel)).BodyOrThrow();
        if (!await EnsureAsync(Services, wanted, cancel))
            await CorrectAsync(path, wanted, ["spec", "ports"], cancel);
    }

    private async Task SetAsync(GroupVersionResource resource, KubeObject wanted, string[] fields, CancellationToken cancel)
    {
        if (await EnsureAsync(resource, wanted, cancel))
            return;
        foreach (string field in fields)
            await CorrectAsync(new ResourcePath(resource, wanted.Namespace, wanted.Name), wanted, [field], cancel);
    }

    /// <summary>True when it was made now.</summary>
    private async Task<bool> EnsureAsync(GroupVersionResource resource, KubeObject wanted, CancellationToken cancel)
    {
        // A look first: an object that is there, as on every start but the first, then costs no write.
        if (await FindAsync(new ResourcePath(resource, wanted.Namespace, wanted.Name), cancel) is not null)
            return false;
        ApiResult made = await api.CreateAsync(new ResourcePath(resource, wanted.Namespace), wanted.ToUtf8(), WriteQuery.None, cancel);
        if (made.Error is { } refused && !refused.IsAlreadyExists)
            throw new ApiStatusException(refused);
        return made.IsSuccess;
    }

    /// <summary>Replaces the value at a path of fields, and writes nothing when it is right already.</summary>
    private async Task CorrectAsync(ResourcePath path, KubeObject wanted, string[] field, CancellationToken cancel)
    {
        if (await FindAsync(path, cancel) is not { } present)
            return;
        JsonNode value = wanted.Json.At(field)!;
        if (Contains(present.Json.At(field), value))
            return;
        JsonObject parent = present.Json;
        foreach (string step in field[..^1])
            parent = parent.ObjectOrNew(step);
        parent[field[^1]] = value.DeepClone();
        (await api.UpdateAsync(path, present.ToUtf8(), WriteQuery.None, cancel)).BodyOrThrow();
    }

    /// <summary>Everything that is wanted is there; the server's defaults may stand beside it.</summary>
    private static bool Contains(JsonNode? present, JsonNode? wanted) => (present, wanted) switch
    {
        (JsonObject there, JsonObject asked) => asked.All(field => Contains(there[field.Key], field.Value)),
        (JsonArray there, JsonArray asked) => there.Count == asked.Count && there.Zip(asked).All(pair => Contains(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(present, wanted),
    };

    private async Task<KubeObject?> FindAsync(ResourcePath path, CancellationToken cancel)
    {
        ApiResult found = await api.GetAsync(path, cancel);
        if (found.Error is { IsNotFound: true })
            return null;
        return KubeObject.Parse(found.BodyOrThrow());
    }
}
