// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;

namespace Pelago.Client;

/// <summary>
/// Keep-alives of connections. A side whose machine or network vanished sends no end: without them who reads a silent connection would wait for ever, and
/// with the system's own for two hours. With these it is known to have vanished after a minute.
/// </summary>
public static class TcpKeepAlive
{
    private const int SilentSeconds = 30;
    private const int ProbeSeconds = 10;
    private const int Probes = 3;

    /// <summary>A TCP connection that is silent for 30 seconds is probed each 10 seconds, and ended when three probes have no answer.</summary>
    public static void SetOn(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SilentSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }
}
