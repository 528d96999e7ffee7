// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Dns;
using Pelago.Node.Dns.Forwarding;
using Pelago.Node.Networking;
using Pelago.Node.Services.Listening;
using Pelago.Node.Services.Proxy;

namespace Pelago.Node.Services;

/// <summary>
/// Makes the services of one cluster work on this machine: a proxy at their addresses and a name server. One for all nodes of the cluster here.
/// Disposing it ends every connection through it and takes away what it made.
/// </summary>
public sealed partial class ServiceAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private readonly IServiceNetwork _network;
    private readonly ProxyConnections _connections;
    private readonly ClusterServices _cluster;
    private readonly ServiceProxy _proxy;

    private readonly Forwarder _forwarder;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private DnsServer? _dns;

    private ServiceAgent(ServiceOptions options, IKubeApi api, IServiceNetwork network, ILogger log, TimeProvider time)
    {
        _network = network;
        _time = time;
        _log = log;
        _forwarder = new Forwarder(ClusterDns.Upstreams(options), time);
        _connections = new ProxyConnections(options.MaxConnections);
        _cluster = new ClusterServices(api, time, log);
        var events = new EventRecorder(api, "kube-proxy", "", time, log);
        _proxy = new ServiceProxy(_cluster, network, options.NodeAddress, events, new ProxyContext(_connections, options.MaxFlows, time), log);
        _loops.Add(Task.Run(() => events.RunAsync(_stop.Token)));
        _loops.Add(Task.Run(() => _cluster.Services.RunAsync(_stop.Token)));
        _loops.Add(Task.Run(() => _cluster.Slices.RunAsync(_stop.Token)));
        _loops.Add(Task.Run(() => _proxy.RunAsync(_stop.Token)));
    }

    /// <summary>Begins to serve. Where the machine does not allow it the cluster runs without, and events at the services say why.</summary>
    public static async Task<ServiceAgent> StartAsync(
        ServiceOptions options, IKubeApi api, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        ILogger log = loggers.CreateLogger<ServiceAgent>();
        var agent = new ServiceAgent(options, api, await OpenNetworkAsync(options, log), log, time);
        try
        {
            await agent._cluster.WaitForSyncAsync(cancel);
            await agent.StartDnsAsync(options, api, cancel);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the cluster's name server listens; null when it cannot.</summary>
    public IPEndPoint? Dns => _dns?.Address;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _dns?.Dispose();
        _forwarder.Dispose();
        _proxy.Dispose();
        _connections.Dispose();
        _network.Dispose();
        _stop.Dispose();
    }

    private async Task StartDnsAsync(ServiceOptions options, IKubeApi api, CancellationToken cancel)
    {
        try
        {
            _dns = await ClusterDns.ListenAsync(options, _cluster, _network, _forwarder, _time);
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            Log.NoDns(_log, options.DnsAddress, refused.Message);
            return;
        }
        _loops.Add(Task.Run(() => _dns.RunAsync(_stop.Token), CancellationToken.None));
        if (await ClusterDns.AnnounceAsync(api, options.DnsAddress, cancel) is { } error)
            Log.NotAnnounced(_log, options.DnsAddress, error.Message);
    }

    private static async Task<IServiceNetwork> OpenNetworkAsync(ServiceOptions options, ILogger log)
    {
        if (options.IsLoopback)
            return new HostNetwork();
        IPAddress gateway = options.FirstNodeNetwork.AddressAt(1);
        var bridge = new PodBridge(options.BridgeName, options.FirstNodeNetwork, options.PodNetwork, options.ServiceNetwork);
        try
        {
            return await ServiceNamespace.CreateAsync(
                new ServiceNetworkPlan(options.BridgeName, bridge, options.ServiceNetwork, options.PodNetwork, gateway));
        }
        catch (IOException refused)
        {
            Log.NoNetwork(log, options.ServiceNetwork, refused.Message);
            return new UnavailableNetwork(refused.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4360, LogLevel.Error, "Services are not served: there is no network for {Network}: {Why}; 'pelago doctor' says what this machine lacks")]
        public static partial void NoNetwork(ILogger log, Cidr4 network, string why);

        [LoggerMessage(4101, LogLevel.Error, "Names of the cluster are not served at {Address}: {Why}")]
        public static partial void NoDns(ILogger log, IPAddress address, string why);

        [LoggerMessage(4102, LogLevel.Warning, "The name server at {Address} has no Service: {Why}")]
        public static partial void NotAnnounced(ILogger log, IPAddress address, string why);
    }
}
