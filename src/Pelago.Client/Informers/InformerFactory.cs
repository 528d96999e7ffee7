// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>One informer for each resource, scope and type of a cluster, shared by everything in the process.</summary>
public sealed class InformerFactory(IKubeApi api, InformerOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, IInformer> _informers = [];
    private readonly List<IInformer> _unstarted = [];
    private readonly List<Task> _running = [];

    /// <summary>The shared informer; the first to ask decides how it decodes. Ask, add indexes and handlers, then <see cref="Start"/>.</summary>
    public Informer<T> Get<T>(GroupVersionResource resource, string ns, ListQuery query, Func<ReadOnlyMemory<byte>, T> decode)
        where T : class
    {
        lock (_gate)
        {
            var key = new Key(typeof(T), resource, ns, query);
            if (_informers.TryGetValue(key, out IInformer? shared))
                return (Informer<T>)shared;
            var made = new Informer<T>(api, resource, ns, query, decode, options, time, loggers.CreateLogger<InformerFactory>());
            _informers[key] = made;
            _unstarted.Add(made);
            return made;
        }
    }

    /// <summary>All objects of a kind in all namespaces.</summary>
    public Informer<T> Get<T>(ResourceType<T> type)
        where T : class => Get(type.Resource, "", ListQuery.Everything, type.Decode);

    /// <summary>Starts those that do not run yet; they stop when <paramref name="cancel"/> is cancelled.</summary>
    public void Start(CancellationToken cancel)
    {
        lock (_gate)
        {
            foreach (IInformer informer in _unstarted)
                _running.Add(BackgroundWork.RunAsync(() => informer.RunAsync(cancel)));
            _unstarted.Clear();
        }
    }

    /// <summary>Waits until every informer asked for so far has its first list.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel)
    {
        lock (_gate)
            return Task.WhenAll(_informers.Values.Select(informer => informer.WaitForSyncAsync(cancel)));
    }

    /// <summary>Completes when every started informer has stopped.</summary>
    public Task StoppedAsync()
    {
        lock (_gate)
            return Task.WhenAll(_running);
    }

    private readonly record struct Key(Type Type, GroupVersionResource Resource, string Namespace, ListQuery Query);
}
