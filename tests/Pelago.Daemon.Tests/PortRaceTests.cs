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

    [Fact]
    public async Task A_port_that_is_given_up_is_not_changed_for_that_of_a_cluster_that_starts_beside_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var sibling = new TcpListener(IPAddress.Loopback, 0);
        sibling.Start();
        int offers = 0;
        var ports = new PickedPorts([Port(taken), Port(sibling)], () => offers++ == 0 ? Port(sibling) : LoopbackPorts.Pick());

        (EngineHost engine, ClusterSettings settings) = await StartAsync(Port(taken), new RunOptions(), ports);

        await using (engine)
        {
            Assert.NotEqual(Port(sibling), settings.Port);
            Assert.Equal(settings.Port, engine.Server.Port);
        }
    }

    [Fact]
    public void No_port_is_picked_twice()
    {
        var offers = new Queue<int>([20001, 20002, 20002, 20003]);
        var ports = new PickedPorts([20001], offers.Dequeue);

        Assert.Equal(20002, ports.Pick());
        Assert.Equal(20003, ports.Pick());
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private Task<(EngineHost Engine, ClusterSettings Settings)> StartAsync(int port, RunOptions options, PickedPorts? ports = null) => EngineStart.RunAsync(
        Home, new ClusterSettings { Name = "pelago-1", Port = port, Slot = 0, Nodes = 1 }, options, ports ?? new PickedPorts([port]), null, NullLoggerFactory.Instance, TimeProvider.System,
        TestContext.Current.CancellationToken);
}
