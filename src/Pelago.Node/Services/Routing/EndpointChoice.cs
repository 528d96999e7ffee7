// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Pelago.Node.Services.Routing;

/// <summary>
/// Chooses who answers a client of one service port: in turn, or the same as before while the client's affinity lasts. An endpoint that could not be
/// reached comes last for a while. Thread-safe; one lock, nothing in it waits.
/// </summary>
internal sealed class EndpointChoice(TimeProvider time)
{
    /// <summary>Clients remembered for affinity; beyond it the longest unseen are forgotten.</summary>
    public const int MaxClients = 10_000;
    private static readonly TimeSpan Suspicion = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (IPEndPoint Endpoint, long Seen)> _clients = [];
    private readonly Dictionary<IPEndPoint, long> _failed = [];
    private IReadOnlyList<IPEndPoint> _endpoints = [];
    private TimeSpan? _affinity;
    private uint _turn = (uint)Random.Shared.Next();

    public int Count
    {
        get
        {
            lock (_gate)
                return _endpoints.Count;
        }
    }

    public int RememberedClients
    {
        get
        {
            lock (_gate)
                return _clients.Count;
        }
    }

    public void Update(IReadOnlyList<IPEndPoint> endpoints, TimeSpan? affinity)
    {
        lock (_gate)
        {
            _endpoints = endpoints;
            _affinity = affinity;
            foreach (IPEndPoint gone in _failed.Keys.Where(endpoint => !endpoints.Contains(endpoint)).ToList())
                _failed.Remove(gone);
            foreach (IPAddress client in _clients.Where(pair => affinity is null || !endpoints.Contains(pair.Value.Endpoint)).Select(pair => pair.Key).ToList())
                _clients.Remove(client);
        }
    }

    /// <summary>Null when all were tried.</summary>
    public IPEndPoint? Choose(IPAddress client, IReadOnlyCollection<IPEndPoint> tried)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_affinity is { } lasts && _clients.TryGetValue(client, out (IPEndPoint Endpoint, long Seen) last)
                && time.GetElapsedTime(last.Seen, now) < lasts && !tried.Contains(last.Endpoint))
                return Remember(client, last.Endpoint, now);
            IPEndPoint? suspect = null;
            uint start = _turn++;
            for (int i = 0; i < _endpoints.Count; i++)
            {
                IPEndPoint endpoint = _endpoints[(int)((start + i) % _endpoints.Count)];
                if (tried.Contains(endpoint))
                    continue;
                if (!IsSuspect(endpoint, now))
                    return Remember(client, endpoint, now);
                suspect ??= endpoint;
            }
            return suspect is null ? null : Remember(client, suspect, now);
        }
    }

    public void Failed(IPEndPoint endpoint)
    {
        lock (_gate)
        {
            if (_endpoints.Contains(endpoint))
                _failed[endpoint] = time.GetTimestamp();
        }
    }

    public bool Contains(IPEndPoint endpoint)
    {
        lock (_gate)
            return _endpoints.Contains(endpoint);
    }

    private bool IsSuspect(IPEndPoint endpoint, long now) => _failed.TryGetValue(endpoint, out long since) && time.GetElapsedTime(since, now) < Suspicion;

    private IPEndPoint Remember(IPAddress client, IPEndPoint endpoint, long now)
    {
        if (_affinity is null)
            return endpoint;
        if (_clients.Count >= MaxClients && !_clients.ContainsKey(client))
        {
            // A tenth at a time, so that a crowd of new clients does not sort the table for each of them.
            foreach (IPAddress oldest in _clients.OrderBy(pair => pair.Value.Seen).Take(MaxClients / 10).Select(pair => pair.Key).ToList())
                _clients.Remove(oldest);
        }
        _clients[client] = (endpoint, now);
        return endpoint;
    }
}
