// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Probing;

/// <summary>A container as probes and hooks reach it: its address for messages, and a way to connect to its ports.</summary>
internal sealed class ProbeTarget(IPodRuntime runtime, PodSandboxStatus sandbox, V1Container container, string containerId, string hostAddress)
{
    public string ContainerId => containerId;

    public IPodRuntime Runtime => runtime;

    /// <summary>What a probe without a host probes.</summary>
    public string Address => sandbox.Spec.HostNetwork || sandbox.Address.Length == 0 ? hostAddress : sandbox.Address;

    /// <summary>The number of a port that may be named; null when the container has no port of that name.</summary>
    public int? Port(IntOrString port)
    {
        if (int.TryParse(port.Value, out int number))
            return number is > 0 and < 65536 ? number : null;
        return container.Ports?.FirstOrDefault(item => item.Name == port.Value)?.ContainerPort;
    }

    /// <summary>Connects as a peer of the pod would. A pod that shares the host's network may listen on the port it was assigned instead.</summary>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancel)
    {
        if (host == Address && sandbox.AssignedPorts.Count > 0)
            return await runtime.ConnectAsync(sandbox.Id, port, cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
