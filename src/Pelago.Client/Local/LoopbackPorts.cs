// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;

namespace Pelago.Client.Local;

/// <summary>The addresses that localhost may be on this machine, and ports that are free there.</summary>
public static class LoopbackPorts
{
    /// <summary>127.0.0.1, and ::1 where that can be listened on.</summary>
    public static IPAddress[] Addresses()
    {
        if (!Socket.OSSupportsIPv6)
            return [IPAddress.Loopback];
        try
        {
            using var probe = new TcpListener(IPAddress.IPv6Loopback, 0);
            probe.Start();
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
        catch (SocketException)
        {
            return [IPAddress.Loopback]; // IPv6 without its loopback, as in many containers
        }
    }

    /// <summary>Whether nobody listens there: what the server would find out with an error in the log.</summary>
    public static bool IsFree(IPAddress[] addresses, int port)
    {
        try
        {
            foreach (IPAddress address in addresses)
            {
                using var probe = new TcpListener(address, port);
                probe.Start();
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The same of 127.0.0.1.</summary>
    public static bool IsFree(int port) => IsFree([IPAddress.Loopback], port);

    /// <summary>One that nobody listens on at 127.0.0.1; another program may take it before its user does.</summary>
    public static int Pick()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
