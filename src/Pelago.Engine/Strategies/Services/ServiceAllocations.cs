// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Strategies.Services;

/// <summary>
/// Which cluster IPs and node ports are taken. Filled from the stored services at start; from then on every change of a service passes
/// through here. One lock; nothing in it waits.
/// </summary>
internal sealed class ServiceAllocations
{
    private readonly Lock _gate = new();
    private readonly AddressPool _addresses;
    private readonly HashSet<int> _nodePorts = [];
    private readonly int _firstPort;
    private readonly int _lastPort;
    private int _nextPort;

    public ServiceAllocations(Cidr4 range, int firstPort, int lastPort, Snapshot services)
    {
        _addresses = new AddressPool(range);
        SkipStaticBand(range);
        _firstPort = firstPort;
        _lastPort = lastPort;
        _nextPort = firstPort + Random.Shared.Next(lastPort - firstPort + 1);
        foreach (StoredObject stored in services.Scan())
        {
            KubeObject service = KubeObject.Parse(stored.Json);
            foreach (IPAddress address in ServiceFields.ClusterIps(service))
                _addresses.TryAllocate(address);
            foreach (int port in ServiceFields.NodePorts(service))
                _nodePorts.Add(port);
        }
    }

    public string PortRange => $"{_firstPort}-{_lastPort}";

    public Cidr4 Range => _addresses.Range;

    public IPAddress? AllocateAddress()
    {
        lock (_gate)
            return _addresses.TryAllocate(out IPAddress? address) ? address : null;
    }

    public bool TryAllocate(IPAddress address)
    {
        lock (_gate)
            return _addresses.TryAllocate(address);
    }

    /// <summary>0 when all are taken.</summary>
    public int AllocateNodePort()
    {
        lock (_gate)
        {
            for (int tried = _firstPort; tried <= _lastPort; tried++)
            {
                int port = _nextPort;
                _nextPort = port == _lastPort ? _firstPort : port + 1;
                if (_nodePorts.Add(port))
                    return port;
            }

            return 0;
        }
    }

    public bool IsInRange(long port) => port >= _firstPort && port <= _lastPort;

    public bool TryAllocate(int nodePort)
    {
        lock (_gate)
            return _nodePorts.Add(nodePort);
    }

    public void Release(IEnumerable<IPAddress> addresses, IEnumerable<int> nodePorts)
    {
        lock (_gate)
        {
            foreach (IPAddress address in addresses)
                _addresses.Release(address);
            foreach (int port in nodePorts)
                _nodePorts.Remove(port);
        }
    }

    /// <summary>
    /// The low addresses are for services that name theirs (10.96.0.1, 10.96.0.10): min(max(16, size / 16), 256) of them are given out
    /// last (kubernetes pkg/registry/core/service/ipallocator).
    /// </summary>
    private void SkipStaticBand(Cidr4 range)
    {
        long band = Math.Min(Math.Max(16, range.Count / 16), 256);
        if (range.Count <= band * 2)
            return;
        var low = new List<IPAddress>();
        while (low.Count < band && _addresses.TryAllocate(out IPAddress? address))
            low.Add(address);
        foreach (IPAddress address in low)
            _addresses.Release(address);
    }
}
