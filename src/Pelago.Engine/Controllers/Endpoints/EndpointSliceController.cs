// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps the EndpointSlices of each Service with a selector (pkg/controller/endpointslice).</summary>
internal sealed class EndpointSliceController : IController
{
    private const string Component = "endpointslice-controller.k8s.io";
    private readonly ControllerContext _context;
    private readonly ServicePods _pods;
    private readonly Informer<V1EndpointSlice> _slices;
    private readonly SliceReconciler _reconciler;
    private readonly Controller<ObjectKey> _loop;

    public EndpointSliceController(ControllerContext context)
    {
        _context = context;
        _pods = new ServicePods(context);
        _slices = context.Of<V1EndpointSlice>();
        _reconciler = new SliceReconciler(context.Client.Of<V1EndpointSlice>(), Component);
        _loop = context.Controller("endpoint-slice-controller", [_pods.Services, context.Pods, _slices], ReconcileAsync);
        _pods.Watch(_loop.Queue.Add);
        _slices.AddHandler(change => Sliced(change.Latest, key => _loop.Queue.Add(key), Component));
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    /// <summary>Calls back with the Service of a slice of that manager.</summary>
    public static void Sliced(V1EndpointSlice slice, Action<ObjectKey> enqueue, string managedBy)
    {
        if (slice.Metadata.Labels is { } labels && labels.TryGetValue(SliceReconciler.ManagedByLabel, out string? manager) && manager == managedBy
            && labels.TryGetValue(SliceReconciler.ServiceLabel, out string? service))
            enqueue(new ObjectKey(slice.Metadata.NamespaceProperty, service));
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_pods.Services.Cache.Get(key) is not { } service || service.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;
        if (service.Spec.Selector is null or { Count: 0 } || service.Spec.Type == "ExternalName")
            return ReconcileResult.Done;
        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (service.Spec.ClusterIP == "None")
            labels["service.kubernetes.io/headless"] = "";
        IEnumerable<V1EndpointSlice> present = _slices.Cache.ByIndex(PodIndexes.Controller, service.Metadata.Uid)
            .Where(slice => slice.Metadata.Labels is { } own && own.TryGetValue(SliceReconciler.ManagedByLabel, out string? manager) && manager == Component);
        Owner owner = Owner.Of(_context.Client.Of<V1Service>().Type, service);
        List<PodSummary> pods = _pods.Of(service, withTerminating: true, out TimeSpan rest);
        ApiStatus? failure = await _reconciler.ReconcileAsync(owner, labels, Contents(service, pods), present, cancel);
        return ReconcileResult.From(failure) with { Rest = rest };
    }

    private static List<SliceContent> Contents(V1Service service, List<PodSummary> pods)
    {
        string[] families = service.Spec.IpFamilies is { Count: > 0 } named ? [.. named] : ["IPv4"];
        return [.. families.SelectMany(family => Contents(service, family, pods))];
    }

    private static IEnumerable<SliceContent> Contents(V1Service service, string family, List<PodSummary> pods)
    {
        var groups = new SortedDictionary<string, (List<Discoveryv1EndpointPort> Ports, List<V1Endpoint> Endpoints)>(StringComparer.Ordinal);
        foreach (PodSummary pod in pods)
        {
            string? address = pod.PodIPs.Append(pod.PodIP).FirstOrDefault(ip => ip.Contains(':', StringComparison.Ordinal) == (family == "IPv6") && ip.Length > 0);
            if (address is null)
                continue;
            List<Discoveryv1EndpointPort> ports = Ports(service, pod);
            string key = SliceContent.KeyOf(family, ports);
            if (!groups.TryGetValue(key, out (List<Discoveryv1EndpointPort> Ports, List<V1Endpoint> Endpoints) group))
                groups[key] = group = (ports, []);
            group.Endpoints.Add(EndpointOf(service, pod, address));
        }
        if (groups.Count == 0)
            return [new SliceContent(family, [], [])];
        return groups.Values.Select(group => new SliceContent(family, group.Ports, group.Endpoints));
    }

    private static List<Discoveryv1EndpointPort> Ports(V1Service service, PodSummary pod)
    {
        var ports = new List<Discoveryv1EndpointPort>();
        foreach (V1ServicePort port in service.Spec.Ports ?? [])
        {
            if (ServicePods.PortOn(port, pod) is { } number)
                ports.Add(new Discoveryv1EndpointPort { Name = port.Name ?? "", Port = number, Protocol = port.Protocol ?? "TCP", AppProtocol = port.AppProtocol });
        }
        return ports;
    }

    private static V1Endpoint EndpointOf(V1Service service, PodSummary pod, string address) => new()
    {
        Addresses = [address],
        Conditions = new V1EndpointConditions
        {
            Ready = service.Spec.PublishNotReadyAddresses == true || (pod.IsReady && !pod.IsDeleting), Serving = pod.IsReady, Terminating = pod.IsDeleting,
        },
        Hostname = pod.Hostname.Length > 0 && pod.Subdomain == service.Metadata.Name ? pod.Hostname : null,
        NodeName = pod.NodeName.Length > 0 ? pod.NodeName : null,
        TargetRef = new V1ObjectReference { Kind = "Pod", NamespaceProperty = pod.Key.Namespace, Name = pod.Key.Name, Uid = pod.Uid },
    };
}
