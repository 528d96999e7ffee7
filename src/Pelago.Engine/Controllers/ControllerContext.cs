// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>What all controllers of a cluster share: the API, one informer for each kind, recorders, the clock.</summary>
internal sealed class ControllerContext
{
    private readonly ConcurrentDictionary<string, EventRecorder> _recorders = new(StringComparer.Ordinal);
    private readonly PodSummaryReader _podReader = new();

    public ControllerContext(IKubeApi api, ControllerOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        (Api, Options, Loggers, Time) = (api, options, loggers, time);
        Client = new KubeClient(api, "kube-controller-manager");
        Informers = new InformerFactory(api, InformerOptions.Default, time, loggers);
        Pods = Informers.Get(PodControl.Pods, "", ListQuery.Everything, _podReader.Read)
            .WithIndex(PodIndexes.Controller, PodIndexes.ByController)
            .WithIndex(PodIndexes.Orphans, PodIndexes.ByOrphanage)
            .WithIndex(PodIndexes.Namespace, PodIndexes.ByNamespace)
            .WithIndex(PodIndexes.Node, PodIndexes.ByNode);
    }

    public IKubeApi Api { get; }
    public KubeClient Client { get; }
    public InformerFactory Informers { get; }
    public ControllerOptions Options { get; }
    public ILoggerFactory Loggers { get; }
    public TimeProvider Time { get; }
    public Informer<PodSummary> Pods { get; }
    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Now, in whole seconds: what metav1.Time can hold.</summary>
    public DateTime NowSeconds => new(Now.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);

    public IReadOnlyCollection<EventRecorder> Recorders => [.. _recorders.Values];

    /// <summary>The shared informer of a built-in kind, with indexes by namespace, by controller uid and of orphans.</summary>
    public Informer<T> Of<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        Informers.Get(Client.Of<T>().Type)
            .WithIndex(PodIndexes.Namespace, static value => [value.Metadata.NamespaceProperty ?? ""])
            .WithIndex(PodIndexes.Controller, static value => new OwnedModel<T>(value).Controller is { } owner ? [owner.Uid] : [])
            .WithIndex(PodIndexes.Orphans, static value => new OwnedModel<T>(value).Controller is null ? [value.Metadata.NamespaceProperty ?? ""] : []);

    public EventRecorder Events(string component) =>
        _recorders.GetOrAdd(component, name => new EventRecorder(Api, name, "", Time, Loggers.CreateLogger<EventRecorder>()));

    public Controller<ObjectKey> Controller(
        string name, IReadOnlyList<IInformer> informers, Func<ObjectKey, CancellationToken, Task<ReconcileResult>> reconcile) =>
        Controller(name, Options.WorkersPerController, informers, reconcile);

    public Controller<TKey> Controller<TKey>(
        string name, int workers, IReadOnlyList<IInformer> informers, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile)
        where TKey : notnull =>
        new(name, informers, reconcile, Time, Loggers.CreateLogger($"controller.{name}")) { Workers = workers };
}
