// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>Pods that share the host's network, and programs that listen on a port of their own choice.</summary>
public sealed class PortConflictTests : AgentFixture
{
    private const string Advice = "this pod has no network of its own. If the container ended for that, let it listen on $PORT, or let each listen at its own pod's address alone ($POD_IP)";

    [Fact]
    public async Task A_replica_that_finds_its_port_taken_is_told_which_pod_has_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "needs perl to listen");
        int port = FreePort();
        Serve("first", port);
        await PodAsync("first", pod => Log(pod).Contains("listening", StringComparison.Ordinal));

        Serve("second", port);

        await EventAsync("PortInUse", $"Port {port} is declared, and container main of pod default/first listens on it at every address: {Advice}");
    }

    [Fact]
    public async Task A_program_of_the_machine_that_has_the_port_is_named()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        int port = ((IPEndPoint)stranger.LocalEndpoint).Port;
        string ports = $"    ports: [{{containerPort: {port}}}]";

        ApplyScript("well", "exit 0", "  restartPolicy: Never", ports);
        await PhaseAsync("well", "Succeeded");
        Assert.Empty(Events("PortInUse"));
        ApplyScript("bad", "exit 1", "  restartPolicy: Never", ports);

        await Eventually.TrueAsync(() => Events("PortInUse").Any(), Cancel);
        string said = Assert.Single(Events("PortInUse"));
        Assert.StartsWith($"Port {port} is declared, and process {Environment.ProcessId} (", said, StringComparison.Ordinal);
        Assert.EndsWith($") listens on it at 127.0.0.1: {Advice}", said, StringComparison.Ordinal);
    }

    private void Serve(string name, int port) => ApplyScript(
        name,
        $"exec perl -MIO::Socket::INET -e '$| = 1; $s = IO::Socket::INET->new(Listen => 5, LocalPort => {port}) or die \"$!\"; print \"listening\\n\"; sleep 1000'",
        "  restartPolicy: Never", $"    ports: [{{containerPort: {port}}}]");

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Any, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
