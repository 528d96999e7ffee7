// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.Kube;
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
        using TcpListener stranger = Stranger();
        int port = PortOf(stranger);
        ApplyScript("well", "exit 0", "  restartPolicy: Never", Declaring(port));
        await PhaseAsync("well", "Succeeded");

        string said = await OnlyEventAsync(after: "well", stranger);
        Assert.StartsWith($"Port {port} is declared, and process {Environment.ProcessId} (", said, StringComparison.Ordinal);
        Assert.EndsWith($") listens on it at 127.0.0.1: {Advice}", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_at_its_own_address_is_not_blamed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "needs perl to listen");
        int port = FreePort();
        Serve("first", port, "LocalAddr => $ENV{POD_IP}, ");
        await PodAsync("first", pod => Log(pod).Contains("listening", StringComparison.Ordinal));

        ApplyScript("second", "exit 1", "  restartPolicy: Never", Declaring(port));
        await PhaseAsync("second", "Failed");

        using TcpListener stranger = Stranger();
        await OnlyEventAsync(after: "second", stranger);
    }

    [Fact]
    public async Task The_next_attempt_of_a_container_is_not_blamed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "needs perl to listen");
        int port = FreePort();
        string fail = Home["fail"], failed = Home["failed"], listening = Home["listening"];
        // The agent waits for the hook before it looks at who has the port.
        string hook = $"    lifecycle: {{postStart: {{exec: {{command: [/bin/sh, -c, '[ ! -e {failed} ] || until [ -e {listening} ]; do sleep 0.05; done']}}}}}}\n";
        ApplyScript(
            "again", $"[ -e {failed} ] || {{ until [ -e {fail} ]; do sleep 0.05; done; touch {failed}; exit 1; }}; {Listen(port, then: $"open F, \">{listening}\"")}", "",
            hook + Declaring(port));
        await StateAsync("again", status => status.Boolean("started") == true);

        await File.WriteAllTextAsync(fail, "", Cancel);
        await StateAsync("again", status => status.Integer("restartCount") == 1 && status.Boolean("started") == true);

        using TcpListener stranger = Stranger();
        await OnlyEventAsync(after: "again", stranger);
    }

    [Fact]
    public async Task Nobody_is_blamed_where_the_program_listened_on_the_port_that_it_was_assigned()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/perl"), "needs perl to listen");
        using TcpListener holder = Stranger();
        int held = PortOf(holder), free = FreePort();
        string fail = Home["fail"], first = Home["first"];
        // Who sees the second port listened on sees the first one, too.
        ApplyScript(
            "heeding",
            $"({Listen("$ENV{PORT}", then: $"open F, \">{first}\"")}) & (until [ -e {first} ]; do sleep 0.05; done; {Listen(free)}) & until [ -e {fail} ]; do sleep 0.05; done; exit 1",
            "  restartPolicy: Never", $"    ports: [{{containerPort: {held}}}, {{containerPort: {free}}}]");
        await PhaseAsync("heeding", "Running");
        await PodAsync("heeding", pod => AssignedPorts.Find(pod.Object("metadata")!.Object("annotations")?.String(AssignedPorts.Annotation), free) == free);

        await File.WriteAllTextAsync(fail, "", Cancel);
        await PhaseAsync("heeding", "Failed");

        using TcpListener stranger = Stranger();
        await OnlyEventAsync(after: "heeding", stranger);
    }

    /// <summary>Events come in the order in which they are told, and a pod that is gone has told all of its own: the only one is of a further pod.</summary>
    private async Task<string> OnlyEventAsync(string after, TcpListener stranger)
    {
        await DeleteAsync(after);
        await GoneAsync(after);
        ApplyScript("bad", "exit 1", "  restartPolicy: Never", Declaring(PortOf(stranger)));
        await Eventually.TrueAsync(() => Cluster.All("events").Any(item => item.String("reason") == "PortInUse" && item.Object("involvedObject")!.String("name") == "bad"), Cancel);
        return Assert.Single(Events("PortInUse"));
    }

    private void Serve(string name, int port, string where = "") => ApplyScript(name, Listen(port, where), "  restartPolicy: Never", Declaring(port));

    private static string Listen(object port, string where = "", string then = "") =>
        $"exec perl -MIO::Socket::INET -e '$| = 1; $s = IO::Socket::INET->new(Listen => 5, {where}LocalPort => {port}) or die \"$!\"; print \"listening\\n\"; {then}; sleep 1000'";

    private static string Declaring(int port) => $"    ports: [{{containerPort: {port}}}]";

    private static TcpListener Stranger()
    {
        var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        return stranger;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Any, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
