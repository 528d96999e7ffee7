// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Images;
using Pelago.Node.Logs;
using Pelago.Node.Objects;
using Pelago.Node.Pods;
using Pelago.Node.Ports;
using Pelago.Node.Processes;
using Pelago.Node.Registration;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving;
using Pelago.Node.Serving.Streams;
using Pelago.Node.Serving.Usage;
using Pelago.Node.Volumes;

namespace Pelago.Node;

/// <summary>
/// One node of one cluster: registers itself, runs the pods that are bound to it, and serves their logs and streams. Disposing it leaves the pods
/// running; the next agent over the same directory takes them over.
/// </summary>
public sealed partial class NodeAgent : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly IKubeApi _api;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private readonly IPodRuntime _runtime;
    private readonly StatusWriter _status;
    private readonly ReferencedObjects _objects;
    private readonly NodeLabels _labels;
    private readonly PodWorkers _workers;
    private readonly Informer<V1Service> _services;
    private readonly Informer<V1Pod> _pods;
    private readonly EventRecorder _events;
    private readonly ILoggerFactory _loggers;
    private readonly NodeRoutes _routes;
    private readonly UsageSampler _usage;
    private NodeDescription _description;
    private NodeServer? _server;

    private NodeAgent(NodeOptions options, IKubeApi api, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _api = api;
        _time = time;
        _loggers = loggers;
        _log = loggers.CreateLogger<NodeAgent>();
        var paths = new PodPaths(Path.Combine(options.RootDirectory, "pods"));
        Directory.CreateDirectory(paths.PodsDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (_runtime, LogSignals signals) = RuntimeChoice.Make(options, paths.PodsDirectory, loggers, time);
        _status = new StatusWriter(api, time, loggers.CreateLogger<StatusWriter>());
        _objects = new ReferencedObjects(api, time, loggers.CreateLogger<ReferencedObjects>());
        _events = new EventRecorder(api, "kubelet", options.Name, time, _log);
        _services = new Informer<V1Service>(
            api, new GroupVersionResource("", "v1", "services"), "", ListQuery.Everything, ModelJson.Decode<V1Service>, InformerOptions.Default, time, _log);
        _pods = new Informer<V1Pod>(
            api, StatusWriter.Pods, "", new ListQuery { FieldSelector = $"spec.nodeName={options.Name}" }, ModelJson.DecodeLean<V1Pod>, InformerOptions.Default, time, _log);
        _description = Describe(options) with { Ports = new PortReport(options.PortWindow, new MachinePorts("/proc"), () => [.. (_workers?.Pods ?? []).Where(IsActive)]) };
        _labels = new NodeLabels(api, options.Name, NodeDocument.LabelsOf(_description));
        _workers = new PodWorkers(
            new PodServices
            {
                Options = options, Api = api, Runtime = _runtime, Status = _status, Events = _events, Objects = _objects, Paths = paths,
                Images = _runtime.Images is { } images ? new ImagePuller(images, time) : null,
                PortHolders = _runtime.Features.Processes ? new PortHolders(time) : null,
                Volumes = new VolumeMounter(paths.PodsDirectory, api, _objects, new ServiceAccountTokens(api, time), time),
                Resolver = new PodResolver(options.ClusterDns?.Port == 53 ? options.ClusterDns.Address : null, options.ClusterDomain),
                ServicesNow = () => _services.Cache.List(), Allocatable = _description.Capacity,
                Admission = new PodAdmission(_description.Capacity, _labels),
                StartGate = new SemaphoreSlim(2 * Environment.ProcessorCount), Time = time, Log = loggers.CreateLogger<PodWorker>(),
            },
            loggers.CreateLogger<PodWorkers>());
        var pods = new PodDirectory(_workers, _runtime);
        _usage = new UsageSampler(pods, _runtime, time);
        var places = new PodPlaces(pods, _runtime, paths);
        _routes = new NodeRoutes(
            pods, new ContainerEndpoints(places, signals, time), new ProcessEndpoints(pods, _runtime), new PortEndpoints(pods, _runtime),
            new UsageEndpoints(_usage, options.Name), new ImageEndpoints(_runtime.Images, cancel => ImageUse.OfAsync(_runtime, cancel), options.Name, time));
    }

    /// <summary>Registers the node and begins to run its pods; returns when it has taken over what it finds.</summary>
    public static async Task<NodeAgent> StartAsync(
        NodeOptions options, IKubeApi api, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        var agent = new NodeAgent(options, api, loggers, time);
        try
        {
            await agent.StartAsync(cancel);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the node's HTTPS API listens; 0 when it serves none.</summary>
    public int Port => _server?.Port ?? 0;

    /// <summary>The pods that this node works on, those that are ending among them.</summary>
    public IReadOnlyCollection<V1Pod> Pods => _workers.Pods;

    /// <summary>The images of this node; null where images are only labels.</summary>
    public IImageStore? Images => _runtime.Images;

    /// <summary>
    /// Ends every container of this node as when its pod is deleted, but each pod within <paramref name="grace"/> (and a moment more for what
    /// comes last in it), and takes no more work. The pods stay bound: the next agent over the same directory starts them again.
    /// </summary>
    public async Task StopPodsAsync(TimeSpan grace, CancellationToken cancel)
    {
        IReadOnlyCollection<V1Pod> pods = _workers.Pods;
        await StopWorkAsync();
        // What is left of a pod where that went wrong is ended below.
        await Task.WhenAll(pods.Select(pod => _workers.KillAsync(pod, grace, cancel))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IReadOnlyList<ContainerStatus> containers = await _runtime.ListContainersAsync(podUid: null, cancel);
        await Task.WhenAll(containers.Select(container => _runtime.StopContainerAsync(container.Id, grace, cancel)));
        foreach (PodSandboxStatus sandbox in await _runtime.ListPodSandboxesAsync(podUid: null, cancel))
            await _runtime.StopPodSandboxAsync(sandbox.Id, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await StopWorkAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _objects.DisposeAsync();
        _status.Dispose();
        _usage.Dispose();
        await _runtime.DisposeAsync();
        _stop.Dispose();
    }

    private static bool IsActive(V1Pod pod) => !PodPhase.IsTerminal(pod.Status?.Phase);

    private static NodeDescription Describe(NodeOptions options) => new()
    {
        Name = options.Name, Address = options.Address.ToString(), Port = options.Port, Labels = options.Labels, Taints = options.Taints,
        Capacity = Machine.Capacity(options.RootDirectory, options.MaxPods), Info = Machine.Info("", options.Version),
        PodNetwork = options.PodNetwork.ToString(),
    };

    private async Task StartAsync(CancellationToken cancel)
    {
        _runtime.Changed = _workers.OnContainer;
        _objects.Changed = _workers.OnObject;
        await _runtime.RecoverAsync(cancel);
        ImageReport? report = _runtime.Images is null ? null : new ImageReport(_runtime.Images);
        _description = _description with { Info = Machine.Info($"{_runtime.Name}://{_runtime.Version}", _options.Version), Images = report };
        if (_options.ServingCertificate is { } certificate)
        {
            var listener = new NodeListener(_options.Name, new System.Net.IPEndPoint(_options.Address, _options.Port), certificate, new ApiServerOnly(_options.ClientAuthorities));
            _server = await NodeServer.StartAsync(listener, _routes.Map, _loggers, cancel);
            _description = _description with { Port = _server.Port };
        }
        var registration = new NodeRegistration(_api, _time, _log) { Seen = _labels.Saw };
        List<V1NodeCondition> Health(DateTime now) => NodeHealth.OfMachine(_options.RootDirectory, _runtime.Fault, now);
        await registration.RegisterAsync(_description, Health, cancel);
        Run(registration.RunAsync(_description, Health, _stop.Token));
        Run(_events.RunAsync(_stop.Token));
        Run(_status.RunAsync(concurrency: 4, _stop.Token));
        if (_runtime.Images is { } store)
            Run(Collector(store).RunAsync(_stop.Token));
        Run(_services.RunAsync(_stop.Token));
        await _services.WaitForSyncAsync(cancel);
        _pods.AddHandler(_workers.OnPod);
        Run(_pods.RunAsync(_stop.Token));
        await _pods.WaitForSyncAsync(cancel);
        await _workers.RemoveOrphansAsync(new HashSet<string>(_pods.Cache.List().Select(pod => pod.Metadata.Uid)), cancel);
        Log.Started(_log, _options.Name);
    }

    private ImageCollector Collector(IImageStore store)
    {
        return new ImageCollector(
            store, cancel => ImageUse.OfAsync(_runtime, cancel), _options.ImageCollection, () => DiskSpace.Of(_options.RootDirectory), _events, _options.Name, _time, _loggers.CreateLogger<ImageCollector>());
    }

    private void Run(Task loop) => _loops.Add(loop);

    private async Task StopWorkAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _workers.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(4000, LogLevel.Information, "Node {Node} runs")]
        public static partial void Started(ILogger log, string node);
    }
}
