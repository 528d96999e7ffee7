// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube;

namespace Pelago.Node.Networking;

/// <summary>
/// The bridge that the pods of a cluster are plugged into on this machine. Each pod has a veth pair: one end on the bridge, the other is its eth0.
/// The bridge has the first address of each node's pod network; pods reach the host, its service proxies and each other through it.
/// </summary>
internal sealed class PodBridge(string name, Cidr4 podNetwork, Cidr4 clusterNetwork, Cidr4? serviceNetwork = null)
{
    private static readonly Cidr4 Everywhere = Cidr4.Parse("0.0.0.0/0");
    private static readonly IPAddress HostsItself = IPAddress.Loopback;
    private readonly Lock _gate = new();

    /// <summary>Makes the bridge when it is not there, with this node's address on it beside those of the other nodes.</summary>
    public void Ensure(IPAddress gateway)
    {
        lock (_gate)
        {
            using var routes = new RouteSocket();
            Ensure(routes, gateway);
        }
    }

    /// <summary>Plugs the network namespace of a process into the bridge.</summary>
    public async Task ConnectAsync(string sandboxId, int process, IPAddress address, IPAddress gateway)
    {
        string pair = PairName(sandboxId);
        lock (_gate)
        {
            using var routes = new RouteSocket();
            int bridge = Ensure(routes, gateway);
            int stale = RouteSocket.IndexOf(pair);
            if (stale != 0)
                routes.Delete(stale);
            // The same for every pod that ever has the address: neighbours remember the one before for longer than a client waits.
            routes.CreateVeth(pair, bridge, "eth0", process, [0x06, 0x70, .. address.GetAddressBytes()]);
            routes.SetUp(RouteSocket.IndexOf(pair));
        }
        await NetworkNamespace.RunAsync(process, () => ConfigureInside(address, gateway));
    }

    /// <summary>Unplugs; a pair vanishes by itself a moment after its namespace, but its name should be free now.</summary>
    public void Disconnect(string sandboxId)
    {
        using var routes = new RouteSocket();
        int index = RouteSocket.IndexOf(PairName(sandboxId));
        if (index != 0)
            routes.Delete(index);
    }

    /// <summary>Plugs in the namespace of the service addresses, and leads the host there.</summary>
    public void Plug(string pair, SafeFileHandle ns, IPAddress gateway, Cidr4 services)
    {
        lock (_gate)
        {
            using var routes = new RouteSocket();
            int bridge = Ensure(routes, gateway);
            // Of a process that was killed a moment ago.
            int stale = RouteSocket.IndexOf(pair);
            if (stale != 0)
                routes.Delete(stale);
            // The same at each start: pods remember it longer than a restart takes.
            routes.CreateVeth(pair, bridge, "eth0", ns, HardwareAddress(1, services));
            routes.SetUp(RouteSocket.IndexOf(pair));
            routes.AddRoute(services, null, bridge);
        }
    }

    /// <summary>Undoes <see cref="Plug"/>; the bridge stays while pods are on it.</summary>
    public void Unplug(Cidr4 services, string pair)
    {
        lock (_gate)
        {
            using var routes = new RouteSocket();
            int index = RouteSocket.IndexOf(pair);
            if (index != 0)
                routes.Delete(index);
            int bridge = RouteSocket.IndexOf(name);
            if (bridge != 0)
                routes.DeleteRoute(services, bridge);
        }
        RemoveIfEmpty();
    }

    /// <summary>Deletes the bridge when nothing is plugged in any more.</summary>
    public void RemoveIfEmpty()
    {
        lock (_gate)
        {
            int bridge = RouteSocket.IndexOf(name);
            if (bridge == 0)
                return;
            using var routes = new RouteSocket();
            // A pair that vanishes with its namespace has lost its name already and is plugged in for some milliseconds more: the kernel takes
            // a change of any interface, also one that changes nothing, when it is done with that.
            routes.SetUp(bridge);
            if (!Directory.EnumerateFileSystemEntries($"/sys/class/net/{name}/brif").Any())
                routes.Delete(bridge);
        }
    }

    /// <summary>A connection to a port inside a pod's namespace, to its loopback as port-forward promises.</summary>
    public static async Task<Stream> DialAsync(int process, int port, CancellationToken cancel)
    {
        Socket socket = await NetworkNamespace.RunAsync(process, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(HostsItself, port), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private int Ensure(RouteSocket routes, IPAddress gateway)
    {
        int bridge = routes.EnsureBridge(name, HardwareAddress(0, clusterNetwork));
        routes.AddAddress(bridge, gateway, podNetwork.PrefixLength);
        routes.SetUp(bridge);
        return bridge;
    }

    private bool ConfigureInside(IPAddress address, IPAddress gateway)
    {
        const int LoopbackIndex = 1;
        using var routes = new RouteSocket();
        routes.SetUp(LoopbackIndex);
        int index = RouteSocket.IndexOf("eth0");
        routes.AddAddress(index, address, podNetwork.PrefixLength);
        routes.SetUp(index);
        if (clusterNetwork.PrefixLength < podNetwork.PrefixLength)
            routes.AddRoute(clusterNetwork, null, index);
        // Service addresses answer on the bridge itself: nothing is forwarded by the host.
        if (serviceNetwork is { } services)
            routes.AddRoute(services, null, index);
        routes.AddRoute(Everywhere, gateway, index);
        return true;
    }

    /// <summary>Locally administered, and one for each network and use.</summary>
    private static byte[] HardwareAddress(byte use, Cidr4 network) => [0x02, 0x70, use, .. network.Network.GetAddressBytes().AsSpan(0, 3)];

    // An interface's name has at most 15 characters.
    private static string PairName(string sandboxId) => "pv" + sandboxId[..12];
}
