// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Services.Listening;
using Pelago.Node.Services.Routing;

namespace Pelago.Node.Services.Proxy;

/// <summary>Keeps the listeners of every service of a cluster equal to its Services and EndpointSlices.</summary>
internal sealed class ServiceProxy : IDisposable
{
    private static readonly TimeSpan RetryBinding = TimeSpan.FromSeconds(2);
    private readonly ClusterServices _cluster;
    private readonly IServiceNetwork _addresses;
    private readonly HostNetwork _nodePorts = new();
    private readonly IPAddress _node;
    private readonly EventRecorder _events;
    private readonly ProxyContext _proxy;
    private readonly Controller<ObjectKey> _loop;
    private readonly ConcurrentDictionary<ObjectKey, ServiceListeners> _services = [];

    /// <summary>What was said last of each service that cannot be listened for: it is tried every other second, and said once.</summary>
    private readonly ConcurrentDictionary<ObjectKey, string> _told = [];

    public ServiceProxy(
        ClusterServices cluster, IServiceNetwork addresses, IPAddress node, EventRecorder events, ProxyContext proxy, ILogger log)
    {
        _cluster = cluster;
        _addresses = addresses;
        _node = node;
        _events = events;
        _proxy = proxy;
        _loop = new Controller<ObjectKey>("service-proxy", [cluster.Services, cluster.Slices], ReconcileAsync, proxy.Time, log);
        cluster.Watch(_loop.Queue.Add);
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    /// <summary>Ends every connection. After <see cref="RunAsync"/> has returned.</summary>
    public void Dispose()
    {
        foreach (ServiceListeners listeners in _services.Values)
            listeners.StopListening();
        _proxy.Connections.ResetAll();
        _loop.Dispose();
    }

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        V1Service? service = _cluster.Services.Cache.Get(key);
        List<ServicePortRoute> routes = service is null ? [] : ServiceRoutes.Of(service, _cluster.SlicesOf(key), _node);
        ServiceListeners listeners = _services.GetOrAdd(key, _ => new ServiceListeners(_addresses, _nodePorts, _proxy));
        IReadOnlyList<(Frontend Frontend, string Reason)> failed = await listeners.UpdateAsync(routes);
        if (listeners.IsEmpty)
            _services.TryRemove(key, out _);
        if (failed.Count == 0)
        {
            _told.TryRemove(key, out _);
            return ReconcileResult.Done;
        }
        Tell(key, service!, string.Join("; ", failed.Select(item => $"cannot listen on {item.Frontend}: {item.Reason}")));
        return ReconcileResult.Again(RetryBinding);
    }

    private void Tell(ObjectKey key, V1Service service, string text)
    {
        if (_told.TryGetValue(key, out string? before) && before == text)
            return;
        _told[key] = text;
        var about = new ObjectReference("v1", "Service", key.Namespace, key.Name, service.Metadata.Uid, service.Metadata.ResourceVersion);
        _events.Warning(about, "FailedToListen", $"{text}; trying again");
    }
}
