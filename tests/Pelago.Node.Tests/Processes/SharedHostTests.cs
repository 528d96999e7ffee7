// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Processes;

/// <summary>Pods that share the host's namespaces: what works without root.</summary>
public sealed class SharedHostTests : ProcessRuntimeContract
{
    protected override bool Namespaces => false;

    [Fact]
    public async Task A_pod_has_an_address_inside_127_and_ports_of_its_own()
    {
        PodSandboxSpec first = Sandbox("a") with { Ports = [new PodPort("main", "http", 80, "TCP")] };
        string one = await Runtime.RunPodSandboxAsync(first, Cancel);
        string two = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);

        PodSandboxStatus a = (await Runtime.PodSandboxStatusAsync(one, Cancel))!;
        PodSandboxStatus b = (await Runtime.PodSandboxStatusAsync(two, Cancel))!;
        Assert.StartsWith("127.233.", a.Address, StringComparison.Ordinal);
        Assert.Equal([80], a.AssignedPorts.Keys);
        Assert.Equal([0], b.AssignedPorts.Keys);
        Assert.NotEqual(a.AssignedPorts[80], b.AssignedPorts[0]);
    }

    [Fact]
    public async Task A_declared_port_counts_as_the_pods_own_only_where_its_program_listens()
    {
        using var stranger = new TcpListener(IPAddress.Any, 0);
        stranger.Start();
        using var beside = new TcpListener(IPAddress.Loopback, 0); // nobody gets this port everywhere meanwhile
        beside.Start();
        int strangers = ((IPEndPoint)stranger.LocalEndpoint).Port, declared = ((IPEndPoint)beside.LocalEndpoint).Port;
        PodPort[] ports = [new("main", "http", 80, "TCP"), new("main", "admin", declared, "TCP"), new("main", "more", strangers, "TCP")];
        string id = await Runtime.RunPodSandboxAsync(Sandbox("a") with { Ports = ports }, Cancel);
        await RunAsync(id, Shell("main", "exec sleep 1000"));
        PodSandboxStatus pod = (await Runtime.PodSandboxStatusAsync(id, Cancel))!;
        using var assigned = new TcpListener(IPAddress.Loopback, pod.AssignedPorts[80]);
        assigned.Start();
        using var own = new TcpListener(IPAddress.Parse(pod.Address), declared);
        own.Start();

        await Eventually.TrueAsync(() => Runtime.ListenedPorts(id).Count == 2, Cancel);

        Assert.Equal(new Dictionary<int, int> { [80] = pod.AssignedPorts[80], [declared] = declared }, Runtime.ListenedPorts(id));
        await (await Runtime.ConnectAsync(id, 80, Cancel)).DisposeAsync();
        await (await Runtime.ConnectAsync(id, declared, Cancel)).DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(() => Runtime.ConnectAsync(id, strangers, Cancel));
    }

    [Fact]
    public async Task Volumes_are_linked_below_the_working_directory_and_named_in_the_environment()
    {
        Directory.CreateDirectory(Home["volume"]);
        File.WriteAllText(Home["volume/f"], "content");
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "cat etc/app/f \"$PELAGO_VOLUME_MY_DATA/f\"") with
        {
            Mounts = [new ContainerMount(Home["volume"], "/etc/app", false, "my-data")],
        };

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("contentcontent", Log(spec));
    }

    [Fact]
    public async Task A_sandbox_that_cannot_be_made_keeps_no_address_and_no_port()
    {
        int free = FreePort();
        (PrefixLength, Ports) = (30, (free, free));
        await RestartAsync();
        PodSandboxSpec one = Sandbox("a") with { Ports = [new PodPort("main", "http", 80, "TCP")] };
        PodSandboxSpec two = one with { Ports = [.. one.Ports, new PodPort("main", "admin", 81, "TCP")] };

        for (int i = 0; i < 2; i++)
        {
            RuntimeException fault = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.RunPodSandboxAsync(two, Cancel));
            Assert.Contains("no port between", fault.Message, StringComparison.Ordinal);
        }
        string id = await Runtime.RunPodSandboxAsync(one, Cancel);

        Assert.Equal(free, (await Runtime.PodSandboxStatusAsync(id, Cancel))!.AssignedPorts[80]);
    }

    [Fact]
    public async Task A_sandbox_of_an_earlier_boot_has_no_address_any_more()
    {
        PrefixLength = 30;
        await RestartAsync();
        for (int attempt = 0; attempt < 3; attempt++)
        {
            string id = await Runtime.RunPodSandboxAsync(Sandbox("a") with { Attempt = attempt }, Cancel);
            Assert.Equal(SandboxState.Ready, (await Runtime.PodSandboxStatusAsync(id, Cancel))!.State);

            OtherBoot.Pretend(Home["pods/uid-a"]);
            await RestartAsync();

            Assert.Equal(SandboxState.NotReady, (await Runtime.PodSandboxStatusAsync(id, Cancel))!.State);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
