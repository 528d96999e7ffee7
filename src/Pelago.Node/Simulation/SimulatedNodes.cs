// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Objects;
using Pelago.Node.Pods;
using Pelago.Node.Registration;

namespace Pelago.Node.Simulation;

/// <summary>
/// Thousands of nodes that run no process, in one daemon. There is one watch of all pods, split by node, one of services, one writer of statuses and
/// one loop that says of all nodes that they live; a node itself is little more than its pods.
/// </summary>
public sealed partial class SimulatedNodes : IAsyncDisposable
{
    /// <summary>Well below what the node controller waits, and all at once: a burst shares its commits.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private const int WritesAtOnce = 32;
    private readonly SimulatedServices _shared;
    private readonly Informer<V1Pod> _pods;
    private readonly Dictionary<string, SimulatedNode> _nodes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private readonly ILogger _log;

    private SimulatedNodes(int count, SimulationOptions options, IKubeApi api, ILoggerFactory loggers, TimeProvider time)
    {
        _log = loggers.CreateLogger<SimulatedNodes>();
        _shared = new SimulatedServices
        {
            Options = options, Api = api, Time = time, Loggers = loggers,
            Status = new StatusWriter(api, time, loggers.CreateLogger<StatusWriter>()),
            Objects = new ReferencedObjects(api, time, loggers.CreateLogger<ReferencedObjects>()),
            Services = new Informer<V1Service>(
                api, new GroupVersionResource("", "v1", "services"), "", ListQuery.Everything, ModelJson.Decode<V1Service>, InformerOptions.Default, time, _log),
            Info = Machine.Info($"{SimulatedRuntime.RuntimeName}://0.1.0", NodeOptions.DefaultVersion),
            // Starting costs nothing here: the gate stays open.
            StartGate = new SemaphoreSlim(int.MaxValue),
        };
        // A pod that no node has yet is nobody's here.
        var bound = new ListQuery { FieldSelector = "spec.nodeName!=" };
        _pods = new Informer<V1Pod>(api, StatusWriter.Pods, "", bound, ModelJson.DecodeLean<V1Pod>, InformerOptions.Default, time, _log);
        int prefix = SimulatedMachines.PrefixOf(options.Node, count);
        for (int i = 0; i < count; i++)
        {
            string name = $"node-{i + 1}";
            _nodes[name] = new SimulatedNode(name, SimulatedMachines.Addresses.Subnet(prefix, i), _shared);
        }
    }

    /// <summary>Registers the nodes and begins to run their pods; returns when all are Ready.</summary>
    /// <param name="count">Named node-1 and so on.</param>
    /// <param name="simulationFile">What the nodes are and what their containers do; the defaults where there is no such file.</param>
    /// <exception cref="InvalidDataException">The file says something that is not understood.</exception>
    public static async Task<SimulatedNodes> StartAsync(
        int count, string simulationFile, IKubeApi api, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        var nodes = new SimulatedNodes(count, SimulationOptions.Read(simulationFile), api, loggers, time);
        try
        {
            await nodes.StartAsync(cancel);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>The pods that the nodes work on.</summary>
    public int PodCount => _nodes.Values.Sum(node => node.PodCount);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (SimulatedNode node in _nodes.Values)
            await node.DisposeAsync();
        await _shared.Objects.DisposeAsync();
        _shared.Status.Dispose();
        _shared.StartGate.Dispose();
        _stop.Dispose();
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        _shared.Objects.Changed = name =>
        {
            foreach (SimulatedNode node in _nodes.Values)
                node.OnObject(name);
        };
        await EachAsync(node => node.RegisterAsync(cancel), BackgroundWork.Scheduler, cancel);

        // Not in line behind what the nodes have to do: a busy node would be taken for a dead one.
        _loops.Add(Task.Run(() => RunHeartbeatsAsync(_stop.Token), CancellationToken.None));
        foreach (SimulatedNode node in _nodes.Values)
            Run(() => node.RunEventsAsync(_stop.Token));
        Run(() => _shared.Status.RunAsync(WritesAtOnce, _stop.Token));
        Run(() => _shared.Services.RunAsync(_stop.Token));
        await _shared.Services.WaitForSyncAsync(cancel);
        _pods.AddHandler(OnPod);
        Run(() => _pods.RunAsync(_stop.Token));
        await _pods.WaitForSyncAsync(cancel);
        Log.Started(_log, _nodes.Count);
    }

    private void Run(Func<Task> loop) => _loops.Add(BackgroundWork.RunAsync(loop));

    private void OnPod(InformerEvent<V1Pod> change)
    {
        if (change.Latest.Spec.NodeName is { Length: > 0 } bound && _nodes.TryGetValue(bound, out SimulatedNode? node))
            node.OnPod(change);
    }

    private async Task RunHeartbeatsAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Heartbeat, _shared.Time);
        do
            await EachAsync(node => node.BeatAsync(cancel), TaskScheduler.Default, cancel);
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private Task EachAsync(Func<SimulatedNode, Task> act, TaskScheduler scheduler, CancellationToken cancel) => Parallel.ForEachAsync(
        _nodes.Values, new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancel, TaskScheduler = scheduler }, async (node, _) => await act(node));

    private static partial class Log
    {
        [LoggerMessage(4300, LogLevel.Information, "{Count} simulated nodes run")]
        public static partial void Started(ILogger log, int count);
    }
}
