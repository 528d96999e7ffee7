// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;
using Pelago.Node.Services.Proxy;
using Xunit;

namespace Pelago.Node.Tests.Services;

public sealed class TcpFrontendTests
{
    [Fact]
    public void A_side_that_vanished_is_known_to_have_after_a_minute()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        TcpFrontend.KeepAlive(socket);

        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal([30, 10, 3], new[] { SocketOptionName.TcpKeepAliveTime, SocketOptionName.TcpKeepAliveInterval, SocketOptionName.TcpKeepAliveRetryCount }
            .Select(option => socket.GetSocketOption(SocketOptionLevel.Tcp, option)));
    }
}
