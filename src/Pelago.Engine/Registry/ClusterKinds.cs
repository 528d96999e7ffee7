// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Strategies;
using Pelago.Engine.Strategies.Cluster;
using Pelago.Engine.Strategies.Storage;
using Pelago.Kube;
using static Pelago.Engine.Registry.SubresourceRows;

namespace Pelago.Engine.Registry;

/// <summary>Networking, storage, nodes, leases and events: what the parts of a cluster tell each other.</summary>
internal static class ClusterKinds
{
    public static IEnumerable<ResourceKind> Rows(RowSources sources) => [.. Networking(sources), .. Storage(sources), .. Signals(sources)];

    private static IEnumerable<ResourceKind> Networking(RowSources sources)
    {
        yield return sources.Row("networking.k8s.io", "v1", "Ingress", "ingresses") with
        {
            ShortNames = ["ing"],
            Strategy = new IngressStrategy(),
            HasGeneration = true,
            Subresources = [Status("Ingress")],
        };
        yield return sources.Row("networking.k8s.io", "v1", "IngressClass", "ingressclasses", namespaced: false) with { HasGeneration = true };
        yield return sources.Row("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies") with
        {
            ShortNames = ["netpol"],
            HasGeneration = true,
        };
        yield return sources.Row("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices") with
        {
            HasGeneration = true,
            Strategy = new FixedFieldsStrategy("addressType"),
        };
    }

    private static IEnumerable<ResourceKind> Storage(RowSources sources)
    {
        yield return sources.Row("storage.k8s.io", "v1", "StorageClass", "storageclasses", namespaced: false) with
        {
            ShortNames = ["sc"],
            Strategy = new StorageClassStrategy(),
        };
        yield return sources.Row("storage.k8s.io", "v1", "CSIDriver", "csidrivers", namespaced: false) with { AllowUnconditionalUpdate = false };
        yield return sources.Row("storage.k8s.io", "v1", "CSINode", "csinodes", namespaced: false) with { AllowUnconditionalUpdate = false };
        yield return sources.Row("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities") with { AllowUnconditionalUpdate = false };
        yield return sources.Row("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", namespaced: false) with
        {
            Subresources = [Status("VolumeAttachment")],
        };
    }

    private static IEnumerable<ResourceKind> Signals(RowSources sources)
    {
        yield return sources.Row("coordination.k8s.io", "v1", "Lease", "leases") with
        {
            Strategy = new LeaseStrategy(),
            AllowCreateOnUpdate = true,
            AllowUnconditionalUpdate = false,
        };
        yield return EventVersions.View(sources.Row("events.k8s.io", "v1", "Event", "events"), sources.SchemaOf(new GroupVersionKind("", "v1", "Event"))) with
        {
            ShortNames = ["ev"],
            Strategy = new EventStrategy(isComplete: true),
            AllowCreateOnUpdate = true,
            TimeToLive = TimeSpan.FromHours(1),
        };
        yield return sources.Row("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", namespaced: false) with
        {
            Strategy = new RuntimeClassStrategy(),
            AllowUnconditionalUpdate = false,
        };
    }
}
