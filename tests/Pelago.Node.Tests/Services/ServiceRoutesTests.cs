// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Pelago.Node.Services.Routing;
using Xunit;

namespace Pelago.Node.Tests.Services;

public sealed class ServiceRoutesTests
{
    private static readonly IPAddress Node = IPAddress.Loopback;

    [Fact]
    public void Ports_are_matched_by_name_and_protocol()
    {
        V1Service service = Service(Port(53, name: "dns", protocol: "UDP"), Port(53, name: "dns-tcp", protocol: "TCP"));
        V1EndpointSlice slice = Slice([("dns", 5353, "UDP"), ("dns-tcp", 5354, "TCP")], Endpoint("10.0.0.1", ready: true));

        List<ServicePortRoute> routes = ServiceRoutes.Of(service, [slice], Node);

        Assert.Equal([ProtocolType.Udp, ProtocolType.Tcp], routes.Select(route => route.Frontends[0].Protocol));
        Assert.Equal(["10.0.0.1:5353", "10.0.0.1:5354"], routes.Select(route => Assert.Single(route.Backends).ToString()));
    }

    [Fact]
    public void Only_ready_endpoints_count_while_there_are_any()
    {
        V1EndpointSlice slice = Slice(
            [("", 80, "TCP")], Endpoint("10.0.0.1", ready: true), Endpoint("10.0.0.2", ready: false), Endpoint("10.0.0.3", ready: false, serving: true, terminating: true));

        Assert.Equal(["10.0.0.1:80"], Backends(slice));
    }

    [Fact]
    public void Endpoints_that_serve_while_they_end_are_the_last_resort()
    {
        V1EndpointSlice slice = Slice(
            [("", 80, "TCP")], Endpoint("10.0.0.2", ready: false), Endpoint("10.0.0.3", ready: false, serving: true, terminating: true),
            Endpoint("10.0.0.4", ready: false, serving: false, terminating: true));

        Assert.Equal(["10.0.0.3:80"], Backends(slice));
    }

    [Fact]
    public void Endpoints_of_several_slices_are_one_set_without_repetitions()
    {
        V1EndpointSlice one = Slice([("", 80, "TCP")], Endpoint("10.0.0.1", ready: true), Endpoint("10.0.0.2", ready: null));
        V1EndpointSlice other = Slice([("", 8080, "TCP")], Endpoint("10.0.0.1", ready: true));
        V1EndpointSlice again = Slice([("", 80, "TCP")], Endpoint("10.0.0.1", ready: true));

        Assert.Equal(["10.0.0.1:80", "10.0.0.1:8080", "10.0.0.2:80"], Backends(one, other, again));
    }

    [Theory]
    [InlineData("None", "ClusterIP")]
    [InlineData("", "ExternalName")]
    public void Headless_services_and_external_names_have_no_routes(string address, string type)
    {
        V1Service service = Service(Port(80));
        service.Spec.ClusterIP = address;
        service.Spec.Type = type;

        Assert.Empty(ServiceRoutes.Of(service, [Slice([("", 80, "TCP")], Endpoint("10.0.0.1", ready: true))], Node));
    }

    [Fact]
    public void Node_ports_listen_on_the_node_and_affinity_has_its_time()
    {
        V1Service service = Service(Port(80, nodePort: 30080));
        service.Spec.SessionAffinity = "ClientIP";
        service.Spec.SessionAffinityConfig = new V1SessionAffinityConfig { ClientIP = new V1ClientIPConfig { TimeoutSeconds = 60 } };

        ServicePortRoute route = Assert.Single(ServiceRoutes.Of(service, [], Node));

        Assert.Equal(["10.96.0.9:80/TCP", "127.0.0.1:30080/TCP"], route.Frontends.Select(frontend => frontend.ToString()));
        Assert.Equal([false, true], route.Frontends.Select(frontend => frontend.IsNodePort));
        Assert.Equal(TimeSpan.FromSeconds(60), route.Affinity);
    }

    private static string[] Backends(params V1EndpointSlice[] slices) =>
        [.. Assert.Single(ServiceRoutes.Of(Service(Port(80)), slices, Node)).Backends.Select(backend => backend.ToString())];

    private static V1ServicePort Port(int port, string? name = null, string? protocol = null, int? nodePort = null) =>
        new() { Port = port, Name = name, Protocol = protocol, NodePort = nodePort };

    private static V1Service Service(params V1ServicePort[] ports) => new() { Spec = new V1ServiceSpec { Type = "ClusterIP", ClusterIP = "10.96.0.9", Ports = ports } };

    private static V1EndpointSlice Slice((string Name, int Port, string Protocol)[] ports, params V1Endpoint[] endpoints) => new()
    {
        AddressType = "IPv4", Endpoints = endpoints,
        Ports = [.. ports.Select(port => new Discoveryv1EndpointPort { Name = port.Name, Port = port.Port, Protocol = port.Protocol })],
    };

    private static V1Endpoint Endpoint(string address, bool? ready, bool? serving = null, bool? terminating = null) => new()
    {
        Addresses = [address], Conditions = new V1EndpointConditions { Ready = ready, Serving = serving, Terminating = terminating },
    };
}
