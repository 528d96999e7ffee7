// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;
using Xunit;

namespace Pelago.Client.Tests.Streams;

public sealed class TcpKeepAliveTests
{
    [Fact]
    public void A_side_that_vanished_is_known_to_have_after_a_minute()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        TcpKeepAlive.SetOn(socket);

        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal([30, 10, 3], new[] { SocketOptionName.TcpKeepAliveTime, SocketOptionName.TcpKeepAliveInterval, SocketOptionName.TcpKeepAliveRetryCount }
            .Select(option => socket.GetSocketOption(SocketOptionLevel.Tcp, option)));
    }
}
