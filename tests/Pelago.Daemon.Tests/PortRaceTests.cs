// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client.Local;
using Pelago.Daemon.Running;
using Pelago.Engine;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class PortRaceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private PelagoHome Home => new(_directory["home"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_port_that_was_taken_after_it_was_chosen_is_given_up_and_not_yet_written_down()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        (EngineHost engine, ClusterSettings settings) = await StartAsync(Port(taken), new RunOptions());

        await using (engine)
        {
            Assert.NotEqual(Port(taken), settings.Port);
            Assert.Equal(settings.Port, engine.Server.Port);
            Assert.Null(Home.ReadSettings("pelago-1"));
        }
    }

    [Fact]
    public async Task A_port_that_was_asked_for_is_not_given_up()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        await Assert.ThrowsAnyAsync<System.IO.IOException>(() => StartAsync(Port(taken), new RunOptions { Port = Port(taken) }));
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private Task<(EngineHost Engine, ClusterSettings Settings)> StartAsync(int port, RunOptions options) => EngineStart.RunAsync(
        Home, new ClusterSettings { Name = "pelago-1", Port = port, Slot = 0, Nodes = 1 }, options, null, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
}
