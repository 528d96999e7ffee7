// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Dns.Forwarding;
using Pelago.Node.Services;
using Pelago.Node.Services.Listening;

namespace Pelago.Node.Dns;

/// <summary>Puts the name server of a cluster together: where it listens, what it knows, whom it asks, and the Service that shows it.</summary>
internal static class ClusterDns
{
    private const int Port = 53;

    /// <summary>Where the usual port needs a privilege that this process does not have. The address is the cluster's own, so the port is free.</summary>
    private const int UnprivilegedPort = 10053;
    private const string Namespace = "kube-system";
    private const string Name = "kube-dns";

    /// <summary>An IOException or SocketException says why it cannot listen.</summary>
    public static async Task<DnsServer> ListenAsync(ServiceOptions options, ClusterServices cluster, IServiceNetwork network, Forwarder forwarder, TimeProvider time)
    {
        var zone = new ClusterZone(cluster, options.ClusterDomain, [options.ServiceNetwork, options.PodNetwork]);
        (Socket udp, Socket tcp) = await BindAsync(options.DnsAddress, network);
        return new DnsServer(udp, tcp, new DnsResponder(zone, forwarder), time);
    }

    /// <summary>The host's servers, without this one: a host that resolves by it would be asked for ever.</summary>
    public static Func<IReadOnlyList<IPEndPoint>> Upstreams(ServiceOptions options) =>
        () => options.Upstreams ?? [.. HostResolvers.Read().Where(server => !server.Address.Equals(options.DnsAddress))];

    /// <summary>Makes the Service that names the server, as people look for it. Null when it is there.</summary>
    public static async Task<ApiStatus?> AnnounceAsync(IKubeApi api, IPAddress address, CancellationToken cancel)
    {
        var service = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name, ["namespace"] = Namespace,
                ["labels"] = new JsonObject { ["k8s-app"] = Name, ["kubernetes.io/cluster-service"] = "true", ["kubernetes.io/name"] = "CoreDNS" },
            },
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = address.ToString(),
                ["ports"] = new JsonArray(PortOf("dns", "UDP"), PortOf("dns-tcp", "TCP")),
            },
        };
        var path = new ResourcePath(new GroupVersionResource("", "v1", "services"), Namespace);
        // One that is there from before has the address already, so making it again would be refused for that and not for its name.
        ApiResult there = await api.GetAsync(path with { Name = Name }, cancel);
        if (there.Error is null)
            return null;
        ApiResult made = await api.CreateAsync(path, KubeJson.ToUtf8(service), WriteQuery.None, cancel);
        return made.Error is { IsAlreadyExists: true } ? null : made.Error;
    }

    private static JsonObject PortOf(string name, string protocol) => new() { ["name"] = name, ["port"] = Port, ["protocol"] = protocol };

    private static async Task<(Socket Udp, Socket Tcp)> BindAsync(IPAddress address, IServiceNetwork network)
    {
        try
        {
            return await BindAsync(new IPEndPoint(address, Port), network);
        }
        catch (SocketException denied) when (denied.SocketErrorCode == SocketError.AccessDenied)
        {
            return await BindAsync(new IPEndPoint(address, UnprivilegedPort), network);
        }
    }

    private static async Task<(Socket Udp, Socket Tcp)> BindAsync(IPEndPoint address, IServiceNetwork network)
    {
        Socket udp = await network.BindAsync(ProtocolType.Udp, address);
        try
        {
            return (udp, await network.BindAsync(ProtocolType.Tcp, address));
        }
        catch
        {
            udp.Dispose();
            throw;
        }
    }
}
