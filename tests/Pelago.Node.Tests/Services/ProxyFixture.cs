// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Kube;
using Pelago.Node.Services;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Services;

/// <summary>A service agent over a cluster in memory, its service network inside 127.0.0.0/8: no privileges are needed.</summary>
public abstract class ProxyFixture : IAsyncLifetime
{
    private static int _instances;
    private readonly int _instance = Interlocked.Increment(ref _instances) % 200;
    private ServiceAgent? _agent;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected MemoryCluster Cluster { get; } = new(TimeProvider.System);

    protected Cidr4 Network => Cidr4.Parse($"127.{210 + (Environment.ProcessId % 20)}.{_instance}.0/24");

    protected virtual ServiceOptions Options => new()
    {
        ServiceNetwork = Network, PodNetwork = Cidr4.Parse("127.0.0.0/24"), FirstNodeNetwork = Cidr4.Parse("127.0.0.0/24"), Upstreams = [],
    };

    protected ServiceAgent Agent => _agent!;

    public virtual async ValueTask InitializeAsync() =>
        _agent = await ServiceAgent.StartAsync(Options, Cluster, LoggerFactory.Create(_ => { }), TimeProvider.System, Cancel);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_agent is not null)
            await _agent.DisposeAsync();
    }

    /// <summary>A service of one port, and the address that it is asked at.</summary>
    protected IPEndPoint ApplyService(string name, int host, int port, string protocol = "TCP", string more = "")
    {
        IPAddress address = Network.AddressAt(host);
        Cluster.Apply("services", Json($$"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{name}}","namespace":"default"},
             "spec":{"type":"ClusterIP","clusterIP":"{{address}}","ports":[{"port":{{port}},"protocol":"{{protocol}}"}]{{more}}} }
            """));
        return new IPEndPoint(address, port);
    }

    protected void ApplyEndpoints(string service, string protocol, params IEnumerable<IPEndPoint> endpoints)
    {
        foreach (IGrouping<int, IPEndPoint> slice in endpoints.GroupBy(endpoint => endpoint.Port))
        {
            string addresses = string.Join(',', slice.Select(endpoint => $$"""{"addresses":["{{endpoint.Address}}"],"conditions":{"ready":true} }"""));
            Cluster.Apply("endpointslices.discovery.k8s.io", Json($$"""
                {"metadata":{"name":"{{service}}-{{slice.Key}}","namespace":"default","labels":{"kubernetes.io/service-name":"{{service}}"} },
                 "addressType":"IPv4","endpoints":[{{addresses}}],"ports":[{"name":"","port":{{slice.Key}},"protocol":"{{protocol}}"}]}
                """));
        }
    }

    protected void RemoveEndpoints(string service, IPEndPoint endpoint) => Cluster.Apply("endpointslices.discovery.k8s.io", Json($$"""
        {"metadata":{"name":"{{service}}-{{endpoint.Port}}","namespace":"default","labels":{"kubernetes.io/service-name":"{{service}}"} },
         "addressType":"IPv4","endpoints":[],"ports":[]}
        """));

    protected static JsonObject Json(string text) => KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Connects as soon as the proxy listens.</summary>
    protected static async Task<Socket> ConnectAsync(IPEndPoint address)
    {
        Socket? connected = await Eventually.GetAsync(() => TryConnectAsync(address), socket => socket is not null, Cancel);
        return connected!;
    }

    protected static async Task<Socket?> TryConnectAsync(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, Cancel);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    protected static async Task<string> ReadAllAsync(Socket socket)
    {
        var text = new System.IO.MemoryStream();
        byte[] buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel) is > 0 and { } read)
            text.Write(buffer, 0, read);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
