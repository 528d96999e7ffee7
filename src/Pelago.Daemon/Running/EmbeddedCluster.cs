// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Engine;
using Pelago.History;
using Pelago.Kube;
using Pelago.Node;
using Pelago.Node.Services;
using Pelago.Node.Simulation;

namespace Pelago.Daemon.Running;

/// <summary>One cluster in this process: its engine and its nodes.</summary>
internal sealed class EmbeddedCluster : IAsyncDisposable
{
    /// <summary>How long a pod may take to end when its cluster does.</summary>
    internal static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(PodStop.GraceSeconds);

    private readonly EngineHost _engine;
    private readonly ClusterRuns _runs;
    private readonly List<NodeAgent> _nodes = [];
    private ServiceAgent? _services;
    private SimulatedNodes? _simulated;

    private EmbeddedCluster(EngineHost engine, ClusterSettings settings, ClusterRuns runs)
    {
        _engine = engine;
        _runs = runs;
        Settings = settings;
        PackagesApi = engine.ApiFor("pelago-packages");
    }

    /// <summary>What it runs with.</summary>
    public ClusterSettings Settings { get; }

    public string Name => Settings.Name;

    /// <summary>Called after the cluster's kubeconfig was written anew, with a renewed certificate.</summary>
    public Action? KubeconfigRenewed { get; set; }

    public Uri Server => _engine.Server;

    /// <summary>The cluster for the part of this process that installs packages.</summary>
    public IKubeApi PackagesApi { get; }

    public static async Task<EmbeddedCluster> StartAsync(
        PelagoHome home, ClusterSettings settings, RunOptions options, PickedPorts ports, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        string directory = home.ClusterDirectory(settings.Name);
        var runs = ClusterRuns.Open(Path.Combine(directory, "history"), !options.FastDurability, new RetentionPolicy(), givesUp: true, logging, time);
        EmbeddedCluster cluster;
        EngineHost engine;
        try
        {
            (engine, settings) = await EngineStart.RunAsync(home, settings, options, ports, runs.Api, logging, time, cancel);
            cluster = new EmbeddedCluster(engine, settings, runs);
        }
        catch
        {
            await runs.DisposeAsync();
            throw;
        }

        try
        {
            // Simulated pods leave nothing to read, and no Events either.
            runs.Start(settings.Simulated ? null : engine.ApiFor("pelago-history"));
            engine.WriteKubeconfig(home.ClusterKubeconfig(settings.Name));
            engine.AdminRenewed = () =>
            {
                engine.WriteKubeconfig(home.ClusterKubeconfig(cluster.Name));
                cluster.KubeconfigRenewed?.Invoke();
            };
            if (settings.Simulated)
            {
                string file = Path.Combine(directory, "simulation.json");
                cluster._simulated = await SimulatedNodes.StartAsync(settings.Nodes, file, engine.ApiFor("system:nodes"), logging, time, cancel);
            }
            else
            {
                cluster._services = await ServiceAgent.StartAsync(cluster.Services(), engine.ApiFor("system:kube-proxy"), logging, time, cancel);
            }
            for (int i = 0; i < settings.Nodes && !settings.Simulated; i++)
                cluster._nodes.Add(await cluster.StartNodeAsync(home, i, logging, time, cancel));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when every node of the cluster is Ready.</summary>
    public async Task WaitForNodesAsync(CancellationToken cancel)
    {
        Resource<V1Node> nodes = new KubeClient(_engine.ApiFor("pelagod"), fieldManager: null).Of<V1Node>();
        while (true)
        {
            ApiResult<Page<V1Node>> page = await nodes.ListAsync("", ListQuery.Everything, cancel);
            if (page.IsSuccess && page.Value.Items.Count(IsReady) >= Settings.Nodes)
                return;
            await Task.Delay(50, cancel);
        }
    }

    /// <summary>Simulated pods are left as they are: there is nothing to stop, and the next daemon goes on from their status.</summary>
    public Task StopPodsAsync(CancellationToken cancel) => Task.WhenAll(_nodes.Select(node => node.StopPodsAsync(StopGrace, cancel)));

    public async ValueTask DisposeAsync()
    {
        foreach (NodeAgent node in _nodes)
            await node.DisposeAsync();
        if (_simulated is not null)
            await _simulated.DisposeAsync();
        if (_services is not null)
            await _services.DisposeAsync();
        await _runs.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private static bool IsReady(V1Node node) => node.Status?.Conditions?.Any(condition => condition.Type == "Ready" && condition.Status == "True") == true;

    private Cidr4 ServiceNetwork => Cidr4.Parse(AddressSlots.ServiceCidr(Settings.Slot, Environment.IsPrivilegedProcess));

    private Cidr4 PodNetwork => Cidr4.Parse(AddressSlots.PodCidr(Settings.Slot, privileged: true));

    private string BridgeName => AddressSlots.BridgeName(Settings.Slot);

    private ServiceOptions Services() => new()
    {
        ServiceNetwork = ServiceNetwork, PodNetwork = PodNetwork, FirstNodeNetwork = Subnet(PodNetwork, 0), BridgeName = BridgeName,
    };

    private Task<NodeAgent> StartNodeAsync(PelagoHome home, int index, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        string name = $"node-{index + 1}";
        Cidr4 loopback = Cidr4.Parse(AddressSlots.PodCidr(Settings.Slot, privileged: false));
        var options = new NodeOptions
        {
            Name = name,
            RootDirectory = Path.Combine(home.ClusterDirectory(Name), "nodes", name),
            PodNetwork = Subnet(PodNetwork, index),
            ClusterNetwork = PodNetwork,
            LoopbackNetwork = Subnet(loopback, index),
            ServiceNetwork = ServiceNetwork,
            BridgeName = BridgeName,
            ClusterDns = _services?.Dns,
            PortWindow = PortWindows.Of(Settings.Slot, index, Settings.Nodes),
            PodVariables = PodVariables(),
            ServingCertificate = _engine.NodeCertificate(name, IPAddress.Loopback),
            ClientAuthorities = [_engine.Authority],
            MaskedPaths = [home.Root],
            Runtime = Settings.Runtime == ClusterSettings.ContainerdRuntime ? NodeRuntime.Containerd : NodeRuntime.Process,
            Runs = _runs,
        };
        return NodeAgent.StartAsync(options, _engine.ApiFor($"system:node:{name}"), logging, time, cancel);
    }

    /// <summary>
    /// How processes reach what they cannot reach as usual: names, where they share the host's resolv.conf; the API server, where the address of its
    /// service needs a privileged port.
    /// </summary>
    private List<KeyValuePair<string, string>> PodVariables()
    {
        var variables = new List<KeyValuePair<string, string>>();
        if (_services?.Dns is { } dns)
            variables.Add(new("PELAGO_DNS", dns.ToString()));
        if (!Environment.IsPrivilegedProcess)
        {
            variables.Add(new("KUBERNETES_SERVICE_HOST", Server.Host));
            variables.Add(new("KUBERNETES_SERVICE_PORT", Server.Port.ToString(CultureInfo.InvariantCulture)));
            variables.Add(new("KUBERNETES_SERVICE_PORT_HTTPS", Server.Port.ToString(CultureInfo.InvariantCulture)));
        }
        return variables;
    }

    /// <summary>The node's /24 of the cluster's /16.</summary>
    private static Cidr4 Subnet(Cidr4 cluster, int node) => Cidr4.Parse($"{cluster.AddressAt(node * 256L)}/24");
}
