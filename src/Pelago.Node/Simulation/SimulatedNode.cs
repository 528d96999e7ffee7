// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Objects;
using Pelago.Node.Pods;
using Pelago.Node.Registration;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Simulation;

/// <summary>What all simulated nodes of a cluster share: what would cost the most if each had its own.</summary>
internal sealed record SimulatedServices
{
    public required SimulationOptions Options { get; init; }
    public required IKubeApi Api { get; init; }
    public required StatusWriter Status { get; init; }
    public required ReferencedObjects Objects { get; init; }
    public required Informer<V1Service> Services { get; init; }
    public required V1NodeSystemInfo Info { get; init; }
    public required SemaphoreSlim StartGate { get; init; }
    public required ILoggerFactory Loggers { get; init; }
    public required TimeProvider Time { get; init; }
}

/// <summary>One simulated node: the pod workers of a real one, over a runtime that only pretends.</summary>
internal sealed class SimulatedNode : IAsyncDisposable
{
    /// <summary>Nothing happens to a simulated pod unseen.</summary>
    private static readonly TimeSpan Resync = TimeSpan.FromHours(1);
    private readonly SimulatedServices _shared;
    private readonly ConcurrentDictionary<string, V1Pod> _pods = new(StringComparer.Ordinal);
    private readonly SimulatedRuntime _runtime;
    private readonly PodWorkers _workers;
    private readonly EventRecorder _events;
    private readonly NodeDescription _description;
    private readonly NodeRegistration _registration;

    public SimulatedNode(string name, Cidr4 network, SimulatedServices shared)
    {
        _shared = shared;
        ILogger log = shared.Loggers.CreateLogger<SimulatedNode>();
        string address = network.AddressAt(1).ToString();
        var options = new NodeOptions
        {
            Name = name, RootDirectory = "/nonexistent", PodNetwork = network, ClusterNetwork = network, LoopbackNetwork = network, Address = network.AddressAt(1),
        };
        _description = SimulatedMachines.Describe(shared.Options.Node, shared.Info, name, address, network);
        var labels = new NodeLabels(shared.Api, name, NodeDocument.LabelsOf(_description));
        _registration = new NodeRegistration(shared.Api, shared.Time, log) { Seen = labels.Saw };
        _events = new EventRecorder(shared.Api, "kubelet", name, shared.Time, log);
        _runtime = new SimulatedRuntime(network, (pod, container) => FateOf(pod.Uid, container.Name, container.Attempt), shared.Time);
        _workers = new PodWorkers(
            new PodServices
            {
                Options = options, Api = shared.Api, Runtime = _runtime, Status = shared.Status, Events = _events, Objects = shared.Objects,
                Volumes = new NoVolumes(), Paths = new PodPaths(options.RootDirectory), Resolver = new PodResolver(null, options.ClusterDomain),
                ServicesNow = shared.Services.Cache.List, Allocatable = _description.Capacity,
                Admission = new PodAdmission(_description.Capacity, labels),
                Scheduler = BackgroundWork.Scheduler, Resync = Resync, TellsNormalEvents = shared.Options.NormalEvents, TellsLastStatus = shared.Options.NormalEvents,
                StartGate = shared.StartGate, Time = shared.Time, Log = shared.Loggers.CreateLogger<PodWorker>(),
            },
            shared.Loggers.CreateLogger<PodWorkers>());
        _runtime.Changed = _workers.OnContainer;
    }

    public string Name => _description.Name;

    public int PodCount => _pods.Count;

    public Task RegisterAsync(CancellationToken cancel) => _registration.RegisterAsync(_description, Health, cancel);

    public Task BeatAsync(CancellationToken cancel) => _registration.BeatAsync(_description, Health, cancel);

    public Task RunEventsAsync(CancellationToken cancel) => _events.RunAsync(cancel);

    public void OnObject(ObjectName name) => _workers.OnObject(name);

    /// <summary>A change of a pod that is bound to this node.</summary>
    public void OnPod(InformerEvent<V1Pod> change)
    {
        V1Pod pod = change.Latest;
        string uid = pod.Metadata.Uid;
        bool isNew = !_pods.ContainsKey(uid);
        V1Pod seen = SimulatedPod.Of(pod, StageAnnotations.Apply(_shared.Options.Stages, pod.Metadata.Annotations, _ => { }));
        if (change.Type == InformerEventType.Deleted)
        {
            _pods.TryRemove(uid, out _);
            _workers.OnPod(change with { Old = seen });
            return;
        }
        _pods[uid] = pod;
        if (isNew)
            Meet(pod);
        _workers.OnPod(change with { Old = null, New = seen });
    }

    public async ValueTask DisposeAsync()
    {
        await _workers.DisposeAsync();
        await _runtime.DisposeAsync();
    }

    private static List<V1NodeCondition> Health(DateTime now) => NodeHealth.Of(shortOfMemory: false, shortOfDisk: null, runtimeFault: null, now);

    /// <summary>The first sight of a pod: what an earlier daemon ran of it goes on.</summary>
    private void Meet(V1Pod pod)
    {
        foreach (PodContainer container in PodContainer.RegularOf(pod).Take(1))
            SimulatedPod.StagesOf(pod, container.Name, _shared.Options, why => new PodEvents(_events, pod).Warning("SimulationIgnored", why));
        if (!PodPhase.IsTerminal(pod.Status?.Phase) && SimulatedPod.Remembered(pod, (name, attempt) => FateOf(pod.Metadata.Uid, name, attempt)) is { } known)
            _runtime.Restore(known.Sandbox, known.Containers);
    }

    private Fate FateOf(string podUid, string container, int attempt)
    {
        if (!_pods.TryGetValue(podUid, out V1Pod? pod))
            throw new RuntimeException("NotFound", $"pod {podUid} is gone");
        SimulatedStages stages = SimulatedPod.StagesOf(pod, container, _shared.Options, _ => { });
        return Fate.Of(stages, _shared.Options.Seed, $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}/{container}/{attempt}");
    }
}
