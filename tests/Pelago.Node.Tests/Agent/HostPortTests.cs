// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Node.Tests.Agent;

/// <summary>Pods that the scheduler gave ports of the node.</summary>
public sealed class HostPortTests : AgentFixture
{
    private const string Given = "http=31005, data=31010-31011";

    [Fact]
    public async Task Given_ports_are_variables_and_stay_when_the_container_starts_again()
    {
        Apply($"""
            kind: Pod
            metadata: {"{"}name: web, annotations: {"{"}ports.pelago.dev/host: "http=auto, data=2@auto-contiguous", ports.pelago.dev/host-allocated: "{Given}"{"}}"}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: any
                command: [/bin/sh, -c, "echo $PORT $PORT0 $PORT1 $PORT2 $PORT_HTTP $PORT_DATA $PORT_DATA_0 $PORT_DATA_1 $PORT_ADMIN; test -e again && exec sleep 1000; touch again; exit 1"]
                workingDir: {Home.Path}
                ports: [{"{"}name: http, containerPort: 80{"}"}, {"{"}name: admin, containerPort: 8081, hostPort: 31020{"}"}]
            """);

        JsonObject pod = (await PodAsync("web", item => Log(item, attempt: 1).EndsWith('\n')))!;

        const string expected = "31005 31005 31010 31011 31005 31010 31010 31011 31020";
        Assert.Contains(expected, Log(pod), StringComparison.Ordinal);
        Assert.Contains(expected, Log(pod, attempt: 1), StringComparison.Ordinal);
        // Whoever reaches the declared port by its name is sent to the given one.
        Assert.Equal(31005, AssignedPorts.Find(pod.Object("metadata")!.Object("annotations")!.String(AssignedPorts.Annotation)!, 80));
    }

    [Fact]
    public async Task A_pod_that_came_without_the_scheduler_is_refused()
    {
        Apply("""
            kind: Pod
            metadata: {name: web, annotations: {ports.pelago.dev/host: http=auto}}
            spec: {containers: [{name: main, image: any, command: [sleep, "1000"]}]}
            """);

        JsonObject status = await PhaseAsync("web", "Failed");

        Assert.Equal("NodePorts", status.String("reason"));
        Assert.Contains("it asks for ports of the node (annotation ports.pelago.dev/host)", status.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_port_that_another_pod_has_is_refused()
    {
        Apply("""
            kind: Pod
            metadata: {name: first}
            spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: any, command: [sleep, "1000"], ports: [{containerPort: 80, hostPort: 31005}]}]}
            """);
        await PhaseAsync("first", "Running");
        Apply("""
            kind: Pod
            metadata: {name: second, annotations: {ports.pelago.dev/host: http=auto, ports.pelago.dev/host-allocated: http=31005}}
            spec: {containers: [{name: main, image: any, command: [sleep, "1000"]}]}
            """);

        Assert.Equal("NodePorts", (await PhaseAsync("second", "Failed")).String("reason"));
    }

    [Fact]
    public async Task The_node_says_where_somebody_listens_and_leaves_out_what_it_gave()
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        stranger.Listen();
        int port = ((IPEndPoint)stranger.LocalEndPoint!).Port;
        Cluster.Apply("pods", KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes($$"""
            {"kind":"Pod","metadata":{"name":"given","namespace":"default","annotations":{"ports.pelago.dev/host-allocated":"a={{port}}"} },
             "spec":{"nodeName":"node-1","terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"any","command":["sleep","1000"]}]} }
            """)));
        await PhaseAsync("given", "Running");
        var wide = new Ports.PortReport(new PortRange(1, 65535), new Ports.MachinePorts(Proc("1\t2")), () => []);
        var own = new Ports.PortReport(new PortRange(1, 65535), new Ports.MachinePorts(Proc("1\t2")), () => Agent.Pods);

        Assert.True(PortRanges.TryParse(wide.Now()[NodePortReport.BusyAnnotation], out PortRanges? busy, out _));
        Assert.Contains(port, Enumerable.Range(0, 65536).Where(busy.Contains));
        Assert.True(PortRanges.TryParse(own.Now()[NodePortReport.BusyAnnotation], out busy, out _));
        Assert.False(busy.Contains(port));
        JsonObject node = Cluster.Find("nodes", "", "node-1")!;
        Assert.NotNull(node.Object("metadata")!.Object("annotations")!.String(NodePortReport.WindowAnnotation));
    }

    [Theory]
    [InlineData("32768\t60999", "", "[31000-32000]")]
    [InlineData("31500\t60999", "", "[31000-31499]")]
    [InlineData("31500\t60999", "31600-31610,8080", "[31000-31499, 31600-31610]")]
    [InlineData("1024\t65535", "", "[]")]
    public void Ports_that_the_kernel_gives_to_clients_are_not_offered_unless_they_are_reserved(string range, string reserved, string window)
    {
        string proc = System.IO.Path.Combine(Home.Path, $"proc-{window.Length}-{range.Length}-{reserved.Length}");
        System.IO.Directory.CreateDirectory(System.IO.Path.Combine(proc, "sys/net/ipv4"));
        System.IO.File.WriteAllText(System.IO.Path.Combine(proc, "sys/net/ipv4/ip_local_port_range"), $"{range}\n");
        System.IO.File.WriteAllText(System.IO.Path.Combine(proc, "sys/net/ipv4/ip_local_reserved_ports"), $"{reserved}\n");

        var report = new Ports.PortReport(new PortRange(31000, 32000), new Ports.MachinePorts(proc), () => []);

        Assert.Equal(window, report.Now()[NodePortReport.WindowAnnotation]);
    }

    /// <summary>A /proc with this machine's sockets, where the kernel gives no port of interest to clients.</summary>
    private string Proc(string clients)
    {
        string proc = System.IO.Path.Combine(Home.Path, "proc");
        System.IO.Directory.CreateDirectory(System.IO.Path.Combine(proc, "sys/net/ipv4"));
        System.IO.File.WriteAllText(System.IO.Path.Combine(proc, "sys/net/ipv4/ip_local_port_range"), clients);
        if (!System.IO.Directory.Exists(System.IO.Path.Combine(proc, "net")))
            System.IO.Directory.CreateSymbolicLink(System.IO.Path.Combine(proc, "net"), "/proc/self/net");
        return proc;
    }
}
