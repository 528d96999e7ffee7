// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>Pods that share the host's network say on which ports they are.</summary>
public sealed class AssignedPortTests : AgentFixture
{
    [Fact]
    public async Task A_pod_says_which_ports_it_was_assigned_and_listens_there()
    {
        Apply("""
            kind: Pod
            metadata: {name: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: any
                command: [/bin/sh, -c, "echo $PORT $PORT_ADMIN; exec sleep 1000"]
                ports: [{name: http, containerPort: 80}, {name: admin, containerPort: 8081}]
            """);

        JsonObject pod = (await PodAsync("web", item => Log(item).EndsWith('\n')))!;

        string annotation = pod.Object("metadata")!.Object("annotations")!.String(AssignedPorts.Annotation)!;
        int http = AssignedPorts.Find(annotation, 80), admin = AssignedPorts.Find(annotation, 8081);
        Assert.Equal($"80={http},8081={admin}", annotation);
        Assert.Contains($"{http} {admin}", Log(pod), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_declared_ports_says_nothing()
    {
        ApplyScript("plain", "exec sleep 1000");

        await PhaseAsync("plain", "Running");

        Assert.Null(Pod("plain")!.Object("metadata")!.Object("annotations"));
    }

    [Fact]
    public async Task A_program_that_listens_on_its_declared_port_at_the_pods_address_is_found_there()
    {
        JsonObject pod = await ServerAsync("exec sleep 1000");
        Assert.NotEqual(DeclaredPort, AssignedTo(pod));
        using var server = new TcpListener(IPAddress.Parse(pod.Object("status")!.String("podIP")!), DeclaredPort);

        server.Start();

        await PodAsync("server", item => AssignedTo(item) == DeclaredPort);
    }

    [Fact]
    public async Task A_program_that_listens_everywhere_is_found_on_its_declared_port()
    {
        await ServerAsync($"exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => {DeclaredPort}, Listen => 5); sleep 1000'");

        await PodAsync("server", item => AssignedTo(item) == DeclaredPort);
    }

    private static int DeclaredPort { get; } = FreePort();

    private async Task<JsonObject> ServerAsync(string script)
    {
        ApplyScript("server", script, containerMore: $"    ports: [{{containerPort: {DeclaredPort}}}]");
        await PhaseAsync("server", "Running");
        return Pod("server")!;
    }

    private static int AssignedTo(JsonObject pod) =>
        AssignedPorts.Find(pod.Object("metadata")!.Object("annotations")?.String(AssignedPorts.Annotation), DeclaredPort);

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Any, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
