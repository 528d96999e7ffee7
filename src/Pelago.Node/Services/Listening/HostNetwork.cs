// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Services.Listening;

/// <summary>The host's own network: node ports, and service addresses inside 127.0.0.0/8, all of which is local without being configured.</summary>
internal sealed class HostNetwork : IServiceNetwork
{
    private const int Backlog = 511;

    public Task<Socket> BindAsync(ProtocolType protocol, IPEndPoint address) => Task.FromResult(Bind(protocol, address));

    public void Dispose()
    {
        // Nothing was made.
    }

    public static Socket Bind(ProtocolType protocol, IPEndPoint address)
    {
        SocketType type = protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream;
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(address);
            if (type == SocketType.Stream)
                socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
