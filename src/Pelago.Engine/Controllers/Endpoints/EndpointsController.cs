// SPDX-License-Identifier: Apache-2.0

using System.Net;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps the Endpoints object of each Service with a selector (pkg/controller/endpoint).</summary>
internal sealed class EndpointsController : IController
{
    private const string HeadlessLabel = "service.kubernetes.io/headless";
    private const string ManagedBy = "endpoints.kubernetes.io/managed-by";
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";
    private const int Capacity = 1000;
    private readonly ControllerContext _context;
    private readonly ServicePods _pods;
    private readonly Informer<V1Endpoints> _endpoints;
    private readonly Controller<ObjectKey> _loop;

    public EndpointsController(ControllerContext context)
    {
        _context = context;
        _pods = new ServicePods(context);
        _endpoints = context.Of<V1Endpoints>();
        _loop = context.Controller("endpoint-controller", [_pods.Services, context.Pods, _endpoints], ReconcileAsync);
        _pods.Watch(_loop.Queue.Add);
        _endpoints.AddHandler(change =>
        {
            if (change.Type == InformerEventType.Deleted)
                _loop.Queue.Add(change.Key);
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        Resource<V1Endpoints> resource = _context.Client.Of<V1Endpoints>();
        if (_pods.Services.Cache.Get(key) is not { } service)
        {
            if (_endpoints.Cache.Get(key) is null)
                return ReconcileResult.Done;
            ApiStatus? error = await resource.DeleteAsync(key.Namespace, key.Name, DeleteQuery.None, cancel);
            return error is { IsNotFound: false } ? ReconcileResult.Failed(error) : ReconcileResult.Done;
        }
        if (service.Spec.Selector is null or { Count: 0 } || service.Spec.Type == "ExternalName" || service.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;

        V1Endpoints? present = _endpoints.Cache.Get(key);
        V1Endpoints wanted = Wanted(service, present, out TimeSpan rest);
        if (present is not null && ModelJson.Encode(present).AsSpan().SequenceEqual(ModelJson.Encode(wanted)))
            return new ReconcileResult { Rest = rest };
        ApiResult<V1Endpoints> written = present is null
            ? await resource.CreateAsync(key.Namespace, wanted, cancel)
            : await resource.UpdateAsync(key.Namespace, key.Name, wanted, cancel);
        bool settled = written.IsSuccess || PodControl.IsNamespaceTerminating(written.Error);
        return ReconcileResult.From(settled ? null : written.Error) with { Rest = rest };
    }

    private V1Endpoints Wanted(V1Service service, V1Endpoints? present, out TimeSpan rest)
    {
        V1Endpoints wanted = present is null
            ? new V1Endpoints { Metadata = new V1ObjectMeta { Name = service.Metadata.Name, NamespaceProperty = service.Metadata.NamespaceProperty } }
            : ModelJson.Copy(present);
        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [ManagedBy] = "endpoint-controller",
        };
        if (service.Spec.ClusterIP == "None")
            labels[HeadlessLabel] = "";
        wanted.Metadata.Labels = labels;
        List<PodSummary> pods = _pods.Of(service, service.Spec.PublishNotReadyAddresses == true, out rest);
        if (pods.Count > Capacity)
        {
            wanted.Metadata.Annotations ??= new Dictionary<string, string>();
            wanted.Metadata.Annotations[OverCapacity] = "truncated";
            pods = [.. pods.OrderByDescending(pod => pod.IsReady).Take(Capacity)];
        }
        else
        {
            wanted.Metadata.Annotations?.Remove(OverCapacity);
        }
        wanted.Subsets = Subsets(service, pods);
        return wanted;
    }

    private static V1EndpointSubset[]? Subsets(V1Service service, List<PodSummary> pods)
    {
        var byPorts = new SortedDictionary<string, (List<Corev1EndpointPort> Ports, List<PodSummary> Pods)>(StringComparer.Ordinal);
        foreach (PodSummary pod in pods)
        {
            List<Corev1EndpointPort> ports = Ports(service, pod);
            if (ports.Count == 0 && service.Spec.Ports is { Count: > 0 })
                continue;
            string key = string.Join(';', ports.Select(port => $"{port.Name}/{port.Port}/{port.Protocol}"));
            if (!byPorts.TryGetValue(key, out (List<Corev1EndpointPort> Ports, List<PodSummary> Pods) group))
                byPorts[key] = group = (ports, []);
            group.Pods.Add(pod);
        }
        V1EndpointSubset[] subsets = [.. byPorts.Values.Select(group => Subset(service, group.Ports, group.Pods))];
        return subsets.Length == 0 ? null : subsets;
    }

    private static List<Corev1EndpointPort> Ports(V1Service service, PodSummary pod)
    {
        var ports = new List<Corev1EndpointPort>();
        foreach (V1ServicePort port in service.Spec.Ports ?? [])
        {
            if (ServicePods.PortOn(port, pod) is { } number)
                ports.Add(new Corev1EndpointPort { Name = port.Name, Port = number, Protocol = port.Protocol ?? "TCP", AppProtocol = port.AppProtocol });
        }
        return ports;
    }

    private static V1EndpointSubset Subset(V1Service service, List<Corev1EndpointPort> ports, List<PodSummary> pods)
    {
        bool publishAll = service.Spec.PublishNotReadyAddresses == true;
        V1EndpointAddress[] ready = [.. Addresses(service, pods.Where(pod => pod.IsReady || publishAll))];
        V1EndpointAddress[] notReady = [.. Addresses(service, pods.Where(pod => !pod.IsReady && !publishAll))];
        return new V1EndpointSubset
        {
            Addresses = ready.Length == 0 ? null : ready, NotReadyAddresses = notReady.Length == 0 ? null : notReady, Ports = ports.Count == 0 ? null : ports,
        };
    }

    private static IEnumerable<V1EndpointAddress> Addresses(V1Service service, IEnumerable<PodSummary> pods) =>
        pods.OrderBy(pod => SortKey(pod.PodIP), StringComparer.Ordinal).Select(pod => new V1EndpointAddress
        {
            Ip = pod.PodIP,
            Hostname = pod.Hostname.Length > 0 && pod.Subdomain == service.Metadata.Name ? pod.Hostname : null,
            NodeName = pod.NodeName.Length > 0 ? pod.NodeName : null,
            TargetRef = new V1ObjectReference { Kind = "Pod", NamespaceProperty = pod.Key.Namespace, Name = pod.Key.Name, Uid = pod.Uid },
        });

    private static string SortKey(string ip) => IPAddress.TryParse(ip, out IPAddress? address) ? Convert.ToHexString(address.GetAddressBytes()) : ip;
}
