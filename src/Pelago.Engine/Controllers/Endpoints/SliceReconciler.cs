// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Brings the EndpointSlices of one owner to wanted contents with few writes: endpoints stay in the slice they are in, new ones fill slices
/// that have room, and only then are slices made (k8s.io/endpointslice reconciler).
/// </summary>
internal sealed class SliceReconciler(Resource<V1EndpointSlice> slices, string managedBy)
{
    public const string ServiceLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    private const int MaxEndpoints = 100;

    /// <summary>An owner without endpoints keeps one empty slice, so that readers see that it was looked at.</summary>
    public async Task<ApiStatus?> ReconcileAsync(
        Owner owner, IDictionary<string, string> labels, IReadOnlyList<SliceContent> wanted, IEnumerable<V1EndpointSlice> present, CancellationToken cancel)
    {
        var byKey = present.GroupBy(slice => SliceContent.KeyOf(slice.AddressType, slice.Ports), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        foreach (SliceContent content in wanted)
        {
            byKey.Remove(content.Key, out List<V1EndpointSlice>? same);
            if (await ReconcileAsync(owner, labels, content, same ?? [], cancel) is { } error)
                return error;
        }
        foreach (V1EndpointSlice stale in byKey.Values.SelectMany(list => list))
        {
            if (await DeleteAsync(stale, cancel) is { } error)
                return error;
        }
        return null;
    }

    private async Task<ApiStatus?> ReconcileAsync(
        Owner owner, IDictionary<string, string> labels, SliceContent content, List<V1EndpointSlice> present, CancellationToken cancel)
    {
        Dictionary<string, V1Endpoint> missing = content.Endpoints.ToDictionary(IdentityOf, StringComparer.Ordinal);
        var kept = new List<(V1EndpointSlice Slice, List<V1Endpoint> Endpoints)>();
        foreach (V1EndpointSlice slice in present)
        {
            var still = new List<V1Endpoint>();
            foreach (V1Endpoint endpoint in slice.Endpoints ?? [])
            {
                if (missing.Remove(IdentityOf(endpoint), out V1Endpoint? current))
                    still.Add(current);
            }
            kept.Add((slice, still));
        }
        var added = new Queue<V1Endpoint>(missing.Values);
        foreach ((_, List<V1Endpoint> endpoints) in kept)
        {
            while (endpoints.Count < MaxEndpoints && added.TryDequeue(out V1Endpoint? next))
                endpoints.Add(next);
        }
        return await WriteAsync(owner, labels, content, kept, added, cancel);
    }

    private async Task<ApiStatus?> WriteAsync(
        Owner owner, IDictionary<string, string> labels, SliceContent content, List<(V1EndpointSlice Slice, List<V1Endpoint> Endpoints)> kept,
        Queue<V1Endpoint> added, CancellationToken cancel)
    {
        int alive = kept.Count(entry => entry.Endpoints.Count > 0);
        foreach ((V1EndpointSlice slice, List<V1Endpoint> endpoints) in kept)
        {
            bool drop = endpoints.Count == 0 && (alive > 0 || slice != kept[0].Slice);
            ApiStatus? error = drop ? await DeleteAsync(slice, cancel) : await UpdateAsync(slice, labels, endpoints, cancel);
            if (error is not null)
                return error;
        }
        bool first = kept.Count == 0;
        if ((added.Count > 0 || first) && await FindUnseenAsync(owner, content, kept, cancel) is { } unseen)
            return unseen;
        while (added.Count > 0 || first)
        {
            first = false;
            var part = new List<V1Endpoint>();
            while (part.Count < MaxEndpoints && added.TryDequeue(out V1Endpoint? next))
                part.Add(next);
            if (await CreateAsync(owner, labels, content, part, cancel) is { } error)
                return error;
        }
        return null;
    }

    /// <summary>
    /// A slice that was made a moment ago may not have come to the informer yet: making another would tell of the same endpoints twice. A conflict then,
    /// and the next try sees it.
    /// </summary>
    private async Task<ApiStatus?> FindUnseenAsync(
        Owner owner, SliceContent content, List<(V1EndpointSlice Slice, List<V1Endpoint> Endpoints)> kept, CancellationToken cancel)
    {
        var own = new ListQuery { LabelSelector = $"{ServiceLabel}={owner.Name},{ManagedByLabel}={managedBy}" };
        ApiResult<Page<V1EndpointSlice>> listed = await slices.ListAsync(owner.Namespace, own, cancel);
        if (listed.Error is { } error)
            return error;
        HashSet<string> seen = [.. kept.Select(entry => entry.Slice.Metadata.Name)];
        bool isUnseen = listed.Value!.Items.Any(slice => !seen.Contains(slice.Metadata.Name) && SliceContent.KeyOf(slice.AddressType, slice.Ports) == content.Key);
        return isUnseen ? ApiStatus.Conflict(new GroupResource("discovery.k8s.io", "endpointslices"), owner.Name, "a slice that was just made is not seen yet") : null;
    }

    private async Task<ApiStatus?> CreateAsync(
        Owner owner, IDictionary<string, string> labels, SliceContent content, List<V1Endpoint> endpoints, CancellationToken cancel)
    {
        var slice = new V1EndpointSlice
        {
            Metadata = new V1ObjectMeta
            {
                GenerateName = owner.Name + "-", NamespaceProperty = owner.Namespace, Labels = WithOwn(labels, owner.Name), OwnerReferences = [owner.ToModelReference()],
            },
            AddressType = content.AddressType,
            Endpoints = endpoints,
            Ports = [.. content.Ports],
        };
        ApiStatus? error = (await slices.CreateAsync(owner.Namespace, slice, cancel)).Error;
        return error is not null && PodControl.IsNamespaceTerminating(error) ? null : error;
    }

    private async Task<ApiStatus?> UpdateAsync(V1EndpointSlice slice, IDictionary<string, string> labels, List<V1Endpoint> endpoints, CancellationToken cancel)
    {
        V1EndpointSlice updated = slice with
        {
            Endpoints = endpoints,
            Metadata = slice.Metadata with { Labels = WithOwn(labels, slice.Metadata.Labels?[ServiceLabel] ?? "") },
        };
        if (ModelJson.Encode(updated).AsSpan().SequenceEqual(ModelJson.Encode(slice)))
            return null;
        return (await slices.UpdateAsync(slice.Metadata.NamespaceProperty, slice.Metadata.Name, updated, cancel)).Error;
    }

    private async Task<ApiStatus?> DeleteAsync(V1EndpointSlice slice, CancellationToken cancel)
    {
        ApiStatus? error = await slices.DeleteAsync(slice.Metadata.NamespaceProperty, slice.Metadata.Name, DeleteQuery.None, cancel);
        return error is { IsNotFound: true } ? null : error;
    }

    private SortedDictionary<string, string> WithOwn(IDictionary<string, string> labels, string service) =>
        new(labels, StringComparer.Ordinal) { [ServiceLabel] = service, [ManagedByLabel] = managedBy };

    private static string IdentityOf(V1Endpoint endpoint) => $"{endpoint.TargetRef?.Uid}|{string.Join(',', endpoint.Addresses ?? [])}";
}
