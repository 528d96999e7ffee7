// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Kube;
using Pelago.Node.Networking;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>
/// Where sandboxes are on the network: their addresses, the host ports of those without a network of their own, and the bridge that the others are
/// plugged into. Thread-safe.
/// </summary>
internal sealed class SandboxNetwork(ProcessRuntimeOptions options)
{
    private const int NetworkAndGateway = 2;
    private readonly Lock _gate = new();
    private readonly AddressPool _addresses = new(options.PodNetwork, NetworkAndGateway);
    private readonly PortAssigner _ports = new(options.FirstPort, options.LastPort);
    private readonly PodBridge _bridge = new(options.BridgeName, options.PodNetwork, options.ClusterNetwork, options.ServiceNetwork);

    public IPAddress TakeAddress()
    {
        lock (_gate)
        {
            return _addresses.TryAllocate(out IPAddress? address)
                ? address
                : throw new RuntimeException("SandboxError", $"all addresses of the pod network {_addresses.Range} are taken");
        }
    }

    /// <summary>One host port for each declared port, and one for PORT when none is declared (under 0). A declared host port is taken as it is.</summary>
    public void AssignPorts(PodSandboxSpec spec, Dictionary<int, int> assigned)
    {
        foreach (PodPort port in spec.Ports.Where(port => port.HostPort > 0))
            assigned[port.ContainerPort] = port.HostPort;
        foreach (int port in spec.Ports.Select(port => port.ContainerPort).DefaultIfEmpty(0).Where(port => !assigned.ContainsKey(port)).Distinct().ToList())
        {
            assigned[port] = _ports.Take()
                ?? throw new RuntimeException("SandboxError", $"no port between {options.FirstPort} and {options.LastPort} is free on this machine");
        }
    }

    /// <summary>The sandbox had this address and these ports from an earlier daemon.</summary>
    public void Keep(SandboxRecord record)
    {
        lock (_gate)
        {
            if (record.Address.Length > 0)
                _addresses.TryAllocate(IPAddress.Parse(record.Address));
        }
        foreach (int port in record.AssignedPorts.Values)
            _ports.Keep(port);
    }

    /// <summary>Others may have its address and its ports.</summary>
    public void Return(SandboxRecord record)
    {
        lock (_gate)
        {
            if (record.Address.Length > 0)
                _addresses.Release(IPAddress.Parse(record.Address));
        }
        foreach (int port in record.AssignedPorts.Values)
            _ports.Return(port);
    }

    /// <summary>Plugs the network that is the sandbox's own into the bridge.</summary>
    public Task ConnectAsync(ProcessSandbox sandbox) =>
        _bridge.ConnectAsync(sandbox.Record.Id, sandbox.Pause!.Value.Pid, IPAddress.Parse(sandbox.Record.Address), _addresses.Range.AddressAt(1));

    public void Disconnect(ProcessSandbox sandbox)
    {
        if (sandbox.HasOwnNetwork)
            _bridge.Disconnect(sandbox.Record.Id);
    }

    /// <summary>What is left of it on the machine goes, unless pods of other nodes need it.</summary>
    public void Remove()
    {
        if (options.Namespaces)
            _bridge.RemoveIfEmpty();
    }
}
