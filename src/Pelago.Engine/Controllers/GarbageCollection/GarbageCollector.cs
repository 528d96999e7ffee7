// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Deletes what its owners left behind, and carries out foreground and orphan deletions (pkg/controller/garbagecollector). It watches the
/// metadata of everything that can be deleted, and learns of new kinds when CustomResourceDefinitions or APIServices change.
/// </summary>
internal sealed partial class GarbageCollector : IController
{
    private const string RediscoverKey = "discovery";
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);
    private readonly ControllerContext _context;
    private readonly EventRecorder _events;
    private readonly ILogger _logger;
    private readonly Controller<string> _deletions;
    private readonly Controller<string> _orphans;
    private readonly Controller<string> _discovery;
    private readonly OwnershipGraph _graph;
    private readonly GarbageDecision _decision;
    private readonly Dictionary<GroupVersionResource, Monitor> _monitors = [];
    private volatile IReadOnlyDictionary<(string Group, string Kind), DiscoveredResource> _kinds = new Dictionary<(string, string), DiscoveredResource>();
    private CancellationToken _stop;

    public GarbageCollector(ControllerContext context)
    {
        _context = context;
        _logger = context.Loggers.CreateLogger<GarbageCollector>();
        _events = context.Events("garbage-collector-controller");
        _deletions = context.Controller<string>("garbagecollector", 20, [], (uid, cancel) => _decision!.DecideAsync(uid, cancel));
        _orphans = context.Controller<string>("garbagecollector-orphans", 5, [], OrphanAsync);
        _discovery = context.Controller<string>("garbagecollector-discovery", 1, [], (_, cancel) => RediscoverAsync(cancel));
        _graph = new OwnershipGraph(_deletions.Queue, _orphans.Queue, ReportNamespace);
        _decision = new GarbageDecision(context.Api, _graph, ResourceOf);
        context.Of<V1CustomResourceDefinition>().AddHandler(_ => _discovery.Queue.AddAfter(RediscoverKey, Settle));
        context.Of<V1APIService>().AddHandler(_ => _discovery.Queue.AddAfter(RediscoverKey, Settle));
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        _stop = cancel;
        _discovery.Queue.Add(RediscoverKey);
        await Task.WhenAll(_discovery.RunAsync(cancel), _deletions.RunAsync(cancel), _orphans.RunAsync(cancel));
    }

    /// <summary>A reference names a kind of a group; its version may be another than the one watched.</summary>
    private DiscoveredResource? ResourceOf(string apiVersion, string kind) =>
        GroupVersion.TryParse(apiVersion, out GroupVersion version) ? _kinds.GetValueOrDefault((version.Group, kind)) : null;

    private async Task<ReconcileResult> RediscoverAsync(CancellationToken cancel)
    {
        (ClusterDiscovery? found, ApiStatus? error) = await ClusterDiscovery.ReadAsync(_context.Api, cancel);
        if (found is null)
            return ReconcileResult.Failed(error!);
        var unknown = found.Failures.Select(failure => failure.Group.Group).ToHashSet(StringComparer.Ordinal);
        DiscoveredResource[] wanted = [.. found.Resources.Where(IsCollected)];
        _kinds = Kinds(found);
        foreach (DiscoveredResource resource in wanted.Where(resource => !_monitors.ContainsKey(resource.Resource)))
            _monitors[resource.Resource] = StartMonitor(resource);
        HashSet<GroupVersionResource> served = [.. wanted.Select(resource => resource.Resource)];
        foreach (GroupVersionResource gone in _monitors.Keys.Where(key => !served.Contains(key) && !unknown.Contains(key.Group)).ToArray())
        {
            await _monitors[gone].Stop.CancelAsync();
            _monitors.Remove(gone);
        }
        await Task.WhenAll(_monitors.Values.Select(monitor => monitor.Informer.WaitForSyncAsync(monitor.Stop.Token).WaitAsync(TimeSpan.FromSeconds(30), _context.Time, cancel)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _graph.RetryVirtual();
        Log.Watching(_logger, _monitors.Count);
        return found.Failures.Count == 0 ? ReconcileResult.Done : ReconcileResult.Again(TimeSpan.FromSeconds(30));
    }

    /// <summary>The kinds seen now, and those of groups that could not be asked, as they were.</summary>
    private Dictionary<(string Group, string Kind), DiscoveredResource> Kinds(ClusterDiscovery found)
    {
        var kinds = new Dictionary<(string, string), DiscoveredResource>();
        foreach (DiscoveredResource resource in found.Resources.Where(resource => resource.Can("get")))
            kinds.TryAdd((resource.Resource.Group, resource.Kind), resource);
        foreach ((GroupVersion group, _) in found.Failures)
        {
            foreach (((string Group, string Kind) key, DiscoveredResource known) in _kinds.Where(pair => pair.Key.Group == group.Group))
                kinds.TryAdd(key, known);
        }
        return kinds;
    }

    private static bool IsCollected(DiscoveredResource resource) =>
        resource.Can("delete", "list", "watch") && resource.Resource.Resource != "events";

    private Monitor StartMonitor(DiscoveredResource resource)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var informer = new Informer<GraphObject>(
            _context.Api, resource.Resource, "", new ListQuery { MetadataOnly = true }, GraphObject.Read, InformerOptions.Default, _context.Time, _logger);
        informer.AddHandler(change => _graph.Changed(resource, change));
        return new Monitor(informer, stop, BackgroundWork.RunAsync(() => informer.RunAsync(stop.Token)));
    }

    /// <summary>Cuts all dependents loose, then lets the owner go.</summary>
    private async Task<ReconcileResult> OrphanAsync(string uid, CancellationToken cancel)
    {
        if (_graph.View(uid) is not { } owner || _decision.PathOf(owner.ApiVersion, owner.Kind, owner.Key) is not { } path)
            return ReconcileResult.Done;
        ApiStatus?[] errors = await Task.WhenAll(owner.Dependents.Select(dependent => _decision.CutLooseAsync(dependent, uid, cancel)));
        if (errors.FirstOrDefault(error => error is not null) is { } failed)
            return ReconcileResult.Failed(failed);
        ApiResult live = await _context.Api.GetAsync(path, cancel);
        if (!live.IsSuccess)
            return live.Error is { IsNotFound: true } ? ReconcileResult.Done : ReconcileResult.Failed(live.Error!);
        KubeObject item = KubeObject.Parse(live.Body);
        return item.Uid == uid ? ReconcileResult.From(await _decision.RemoveFinalizerAsync(path, item, GraphObject.OrphanFinalizer, cancel)) : ReconcileResult.Done;
    }

    private void ReportNamespace(GraphView dependent, OwnerReference reference)
    {
        string ns = dependent.Key.Namespace;
        var about = new ObjectReference(dependent.ApiVersion, dependent.Kind, ns, dependent.Key.Name, dependent.Uid);
        string owner = $"[{reference.ApiVersion}/{reference.Kind}, namespace: {ns}, name: {reference.Name}, uid: {reference.Uid}]";
        _events.Warning(about, "OwnerRefInvalidNamespace", $"ownerRef {owner} does not exist in namespace \"{ns}\"");
    }

    private sealed record Monitor(Informer<GraphObject> Informer, CancellationTokenSource Stop, Task Running);

    private static partial class Log
    {
        [LoggerMessage(2600, LogLevel.Debug, "garbage collection watches {Count} resources")]
        public static partial void Watching(ILogger logger, int count);
    }
}
