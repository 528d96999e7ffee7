// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Copies Endpoints that people write for Services without a selector into EndpointSlices (pkg/controller/endpointslicemirroring).</summary>
internal sealed class EndpointSliceMirroring : IController
{
    private const string Component = "endpointslicemirroring-controller.k8s.io";
    private readonly ControllerContext _context;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1Endpoints> _endpoints;
    private readonly Informer<V1EndpointSlice> _slices;
    private readonly SliceReconciler _reconciler;
    private readonly Controller<ObjectKey> _loop;

    public EndpointSliceMirroring(ControllerContext context)
    {
        _context = context;
        _services = context.Of<V1Service>();
        _endpoints = context.Of<V1Endpoints>();
        _slices = context.Of<V1EndpointSlice>();
        _reconciler = new SliceReconciler(context.Client.Of<V1EndpointSlice>(), Component);
        _loop = context.Controller("endpoint-slice-mirroring-controller", [_services, _endpoints, _slices], ReconcileAsync);
        _services.AddHandler(change => _loop.Queue.Add(change.Key));
        _endpoints.AddHandler(change => _loop.Queue.Add(change.Key));
        _slices.AddHandler(change => EndpointSliceController.Sliced(change.Latest, key => _loop.Queue.Add(key), Component));
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        // Without its Endpoints, garbage collection takes the slices: they are owned by them.
        if (_endpoints.Cache.Get(key) is not { } endpoints || endpoints.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;
        V1EndpointSlice[] present = [.. _slices.Cache.ByIndex(PodIndexes.Controller, endpoints.Metadata.Uid)];
        bool mirrored = IsMirrored(endpoints) && _services.Cache.Get(key) is { Spec.Selector: null or { Count: 0 } };
        Owner owner = Owner.Of(_context.Client.Of<V1Endpoints>().Type, endpoints);
        IDictionary<string, string> labels = endpoints.Metadata.Labels ?? new Dictionary<string, string>();
        IReadOnlyList<SliceContent> wanted = mirrored ? Contents(endpoints) : [];
        return ReconcileResult.From(await _reconciler.ReconcileAsync(owner, labels, wanted, present, cancel));
    }

    private static bool IsMirrored(V1Endpoints endpoints) =>
        endpoints.Metadata.Labels?.ContainsKey("endpointslice.kubernetes.io/skip-mirror") != true
        && endpoints.Metadata.Annotations?.ContainsKey("control-plane.alpha.kubernetes.io/leader") != true;

    private static List<SliceContent> Contents(V1Endpoints endpoints)
    {
        var contents = new List<SliceContent>();
        foreach (V1EndpointSubset subset in endpoints.Subsets ?? [])
        {
            Discoveryv1EndpointPort[] ports = [.. (subset.Ports ?? []).Select(port => new Discoveryv1EndpointPort
            {
                Name = port.Name ?? "", Port = port.Port, Protocol = port.Protocol ?? "TCP", AppProtocol = port.AppProtocol,
            })];
            IEnumerable<(string Type, V1Endpoint Endpoint)> all = (subset.Addresses ?? []).Select(address => Mirror(address, ready: true))
                .Concat((subset.NotReadyAddresses ?? []).Select(address => Mirror(address, ready: false)));
            contents.AddRange(all.GroupBy(pair => pair.Type, StringComparer.Ordinal)
                .Select(group => new SliceContent(group.Key, ports, [.. group.Select(pair => pair.Endpoint).DistinctBy(endpoint => endpoint.Addresses[0])])));
        }
        // Two subsets with the same ports are one content.
        return [.. contents.GroupBy(content => content.Key, StringComparer.Ordinal).Select(group => group.First() with
        {
            Endpoints = [.. group.SelectMany(content => content.Endpoints).DistinctBy(endpoint => endpoint.Addresses[0])],
        })];
    }

    private static (string Type, V1Endpoint Endpoint) Mirror(V1EndpointAddress address, bool ready) =>
        (address.Ip.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4", new V1Endpoint
        {
            Addresses = [address.Ip], Conditions = new V1EndpointConditions { Ready = ready }, Hostname = address.Hostname, NodeName = address.NodeName, TargetRef = address.TargetRef,
        });
}
