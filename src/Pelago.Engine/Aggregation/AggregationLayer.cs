// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Engine.Discovery;
using Pelago.Engine.Registry;
using Pelago.Store;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine.Aggregation;

/// <summary>The parts of API aggregation and how they hang together. Serves from the start; the conditions come with <see cref="RunAsync"/>.</summary>
internal sealed class AggregationLayer : IDisposable
{
    private readonly ApiServiceTable _services;
    private readonly ServiceResolver _resolver;
    private readonly RemoteGroups _groups;
    private RemoteConnections? _connections;

    public AggregationLayer(IRevisionStore store, IReadOnlyList<ApiExtension> extensions)
    {
        _services = new ApiServiceTable(store);
        _resolver = new ServiceResolver(store);
        _groups = new RemoteGroups(_services, extensions);
    }

    /// <summary>For discovery.</summary>
    public IReadOnlyList<DiscoveredGroup> Groups => _groups.Current;

    /// <summary>For the index of <c>/openapi/v3</c>: path and URL of the documents of other servers.</summary>
    public IReadOnlyDictionary<string, string> OpenApiPaths => _groups.OpenApiPaths;

    /// <summary>For the request pipeline; <paramref name="client"/> is asked at each handshake.</summary>
    public AggregationProxy OpenProxy(Func<X509Certificate2> client, IHttpForwarder forwarder)
    {
        _connections = new RemoteConnections(_resolver, client);
        return new AggregationProxy(_services, _connections, forwarder);
    }

    /// <summary>Keeps the local APIServices and all conditions until cancelled.</summary>
    public async Task RunAsync(IKubeApi api, ResourceRegistry registry, TimeProvider time, ILoggerFactory logging, CancellationToken cancel)
    {
        RemoteConnections connections = _connections ?? throw new InvalidOperationException($"{nameof(OpenProxy)} comes first");
        var local = new LocalApiServices(api, registry, time, logging.CreateLogger<LocalApiServices>());
        using var availability = new AvailabilityController(api, new AvailabilityProbe(_resolver, connections, _groups, time), time, logging);
        await Task.WhenAll(local.RunAsync(cancel), availability.RunAsync(cancel));
    }

    public void Dispose() => _connections?.Dispose();
}
