// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Pelago.Node.Services.Routing;

/// <summary>What a Service and its EndpointSlices ask of a proxy (kubernetes pkg/proxy: serviceport.go, topology.go). IPv4; SCTP is not served.</summary>
internal static class ServiceRoutes
{
    private const int DefaultAffinitySeconds = 10800;

    /// <summary>Empty for headless services and ExternalName: those are a matter of DNS alone.</summary>
    public static List<ServicePortRoute> Of(V1Service service, IReadOnlyCollection<V1EndpointSlice> slices, IPAddress node)
    {
        var routes = new List<ServicePortRoute>();
        if (service.Spec is not { } spec || spec.Type == "ExternalName" || !IPAddress.TryParse(spec.ClusterIP, out IPAddress? address))
            return routes;
        foreach (V1ServicePort port in spec.Ports ?? [])
        {
            if (ProtocolOf(port.Protocol) is not { } protocol)
                continue;
            var frontends = new List<Frontend> { new(new IPEndPoint(address, port.Port), protocol, IsNodePort: false) };
            if (port.NodePort is > 0 and { } nodePort)
                frontends.Add(new Frontend(new IPEndPoint(node, nodePort), protocol, IsNodePort: true));
            routes.Add(new ServicePortRoute(port.Name ?? "", frontends, Backends(port, slices), AffinityOf(spec)));
        }
        return routes;
    }

    /// <summary>Ready endpoints; when there are none, those that still serve while they end.</summary>
    private static List<IPEndPoint> Backends(V1ServicePort port, IReadOnlyCollection<V1EndpointSlice> slices)
    {
        var ready = new SortedSet<(string Address, int Port)>();
        var ending = new SortedSet<(string Address, int Port)>();
        foreach (V1EndpointSlice slice in slices.Where(slice => slice.AddressType == "IPv4"))
        {
            foreach (Discoveryv1EndpointPort target in (slice.Ports ?? []).Where(target => IsOf(target, port) && target.Port is not null))
            {
                foreach (V1Endpoint endpoint in slice.Endpoints ?? [])
                {
                    if (endpoint.Conditions?.Ready != false)
                        ready.UnionWith(endpoint.Addresses.Select(address => (address, target.Port!.Value)));
                    else if (endpoint.Conditions is { Serving: true, Terminating: true })
                        ending.UnionWith(endpoint.Addresses.Select(address => (address, target.Port!.Value)));
                }
            }
        }
        return [.. (ready.Count > 0 ? ready : ending).Select(pair => IPAddress.TryParse(pair.Address, out IPAddress? address) ? new IPEndPoint(address, pair.Port) : null).OfType<IPEndPoint>()];
    }

    private static bool IsOf(Discoveryv1EndpointPort target, V1ServicePort port) =>
        (target.Name ?? "") == (port.Name ?? "") && ProtocolOf(target.Protocol) == ProtocolOf(port.Protocol);

    private static ProtocolType? ProtocolOf(string? protocol) => protocol switch
    {
        null or "" or "TCP" => ProtocolType.Tcp,
        "UDP" => ProtocolType.Udp,
        _ => null,
    };

    private static TimeSpan? AffinityOf(V1ServiceSpec spec) => spec.SessionAffinity == "ClientIP"
        ? TimeSpan.FromSeconds(spec.SessionAffinityConfig?.ClientIP?.TimeoutSeconds ?? DefaultAffinitySeconds)
        : null;
}
