// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pelago.Node.Probing;

/// <summary>Says why a connection failed in the words of Go's net package, which people and their alerts know.</summary>
internal static class ConnectionFault
{
    public static string Describe(Exception fault, string host, int port)
    {
        SocketException? socket = fault as SocketException ?? fault.InnerException as SocketException ?? fault.InnerException?.InnerException as SocketException;
        if (socket is null)
            return fault.Message;
        string where = IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
        string why = socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connect: connection refused",
            SocketError.HostUnreachable => "connect: no route to host",
            SocketError.NetworkUnreachable => "connect: network is unreachable",
            SocketError.TimedOut => "i/o timeout",
            SocketError.ConnectionReset => "read: connection reset by peer",
            SocketError.HostNotFound => "lookup: no such host",
            _ => socket.Message,
        };
        return string.Create(CultureInfo.InvariantCulture, $"dial tcp {where}:{port}: {why}");
    }
}
