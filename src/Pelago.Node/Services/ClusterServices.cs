// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Services;

/// <summary>The Services of a cluster with their EndpointSlices, as caches that proxy and DNS share.</summary>
internal sealed class ClusterServices
{
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const string ByService = "service";
    private const string ByAddress = "address";
    private const string ByNamespace = "namespace";

    public ClusterServices(IKubeApi api, TimeProvider time, ILogger log)
    {
        Services = new Informer<V1Service>(
            api, new GroupVersionResource("", "v1", "services"), "", ListQuery.Everything, ModelJson.Decode<V1Service>, InformerOptions.Default, time, log)
            .WithIndex(ByAddress, service => service.Spec?.ClusterIP is { Length: > 0 } address ? [address] : [])
            .WithIndex(ByNamespace, service => [service.Metadata.NamespaceProperty]);
        Slices = new Informer<V1EndpointSlice>(
            api, new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices"), "", ListQuery.Everything, ModelJson.Decode<V1EndpointSlice>,
            InformerOptions.Default, time, log)
            .WithIndex(ByService, slice => ServiceOf(slice) is { } key ? [key.ToString()] : [])
            .WithIndex(ByAddress, slice => (slice.Endpoints ?? []).SelectMany(endpoint => endpoint.Addresses ?? []).Distinct());
    }

    public Informer<V1Service> Services { get; }

    public Informer<V1EndpointSlice> Slices { get; }

    /// <summary>Calls back with each service that something changed about.</summary>
    public void Watch(Action<ObjectKey> changed)
    {
        Services.AddHandler(change => changed(change.Key));
        Slices.AddHandler(change =>
        {
            foreach (V1EndpointSlice? slice in (V1EndpointSlice?[])[change.Old, change.New])
            {
                if (slice is not null && ServiceOf(slice) is { } key)
                    changed(key);
            }
        });
    }

    public Task WaitForSyncAsync(CancellationToken cancel) => Task.WhenAll(Services.WaitForSyncAsync(cancel), Slices.WaitForSyncAsync(cancel));

    public V1EndpointSlice[] SlicesOf(ObjectKey service) => Slices.Cache.ByIndex(ByService, service.ToString());

    public V1Service? WithAddress(string address) => Services.Cache.ByIndex(ByAddress, address).FirstOrDefault();

    public V1EndpointSlice[] SlicesWith(string address) => Slices.Cache.ByIndex(ByAddress, address);

    public bool IsNamespace(string name) => Services.Cache.ByIndex(ByNamespace, name).Length > 0;

    public static ObjectKey? ServiceOf(V1EndpointSlice slice) => slice.Metadata.Labels is { } labels && labels.TryGetValue(ServiceLabel, out string? name)
        ? new ObjectKey(slice.Metadata.NamespaceProperty, name)
        : null;
}
