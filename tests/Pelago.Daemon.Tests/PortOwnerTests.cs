// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using Pelago.Daemon.State;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class PortOwnerTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public void The_process_that_listens_is_named(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Contains($"(pid {Environment.ProcessId})", PortOwner.Describe(port), StringComparison.Ordinal);
        listener.Stop();
        Assert.Equal("another process", PortOwner.Describe(port));
    }
}
