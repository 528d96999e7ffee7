// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Node.Networking;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Pods in a network of their own.</summary>
public sealed class NetworkTests : ContainerdScene
{
    [Fact]
    public async Task Pods_listen_on_the_same_port_and_reach_each_other()
    {
        string one = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        string two = await Runtime.RunPodSandboxAsync(Sandbox("b"), Cancel);
        string first = await RunAsync(one, Shell("a", "while :; do echo 'I am a' | nc -l -p 80; done"));
        string second = await RunAsync(two, Shell("b", "while :; do echo 'I am b' | nc -l -p 80; done"));
        string addressOfOne = (await Runtime.PodSandboxStatusAsync(one, Cancel))!.Address, addressOfTwo = (await Runtime.PodSandboxStatusAsync(two, Cancel))!.Address;

        (_, string heardByOne, _) = await Eventually.GetAsync(() => TryRunAsync(first, "nc", addressOfTwo, "80"), result => result.Output.Length > 0, Cancel);
        (_, string heardByTwo, _) = await Eventually.GetAsync(() => TryRunAsync(second, "nc", addressOfOne, "80"), result => result.Output.Length > 0, Cancel);

        Assert.Equal(("I am b\n", "I am a\n"), (heardByOne, heardByTwo));
    }

    [Fact]
    public async Task The_bridge_may_have_the_addresses_of_other_nodes_too()
    {
        Cidr4 others = Cidr4.Parse("10.236.77.0/24");
        new PodBridge(Options.BridgeName, others, others).Ensure(others.AddressAt(1));

        string id = await RunAsync(await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel), LongRunning("main"));

        Assert.Equal(0, (await TryRunAsync(id, "ping", "-c", "1", "-W", "5", Options.PodNetwork.AddressAt(1).ToString())).Code);
        Assert.Equal(0, (await TryRunAsync(id, "ping", "-c", "1", "-W", "5", others.AddressAt(1).ToString())).Code);
    }

    [Fact]
    public async Task A_pod_has_its_name_its_hosts_and_its_resolver()
    {
        PodSandboxSpec spec = Sandbox("a") with
        {
            Hostname = "web-0",
            ResolvConf = "search default.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
            HostAliases = [new("10.0.0.9", "db\tdb.local")],
        };
        string sandbox = await Runtime.RunPodSandboxAsync(spec, Cancel);
        string address = (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.Address;
        ContainerSpec reader = Shell("main", "hostname; cat /etc/resolv.conf; grep web-0 /etc/hosts; grep db /etc/hosts");

        await ExitedAsync(await RunAsync(sandbox, reader));

        Assert.Equal($"web-0\nsearch default.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n{address}\tweb-0\n10.0.0.9\tdb\tdb.local\n", Log(reader));
    }

    [Fact]
    public async Task With_the_hosts_network_there_is_no_address()
    {
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a") with { HostNetwork = true }, Cancel);
        ContainerSpec spec = Shell("main", "readlink /proc/self/ns/net");

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("", (await Runtime.PodSandboxStatusAsync(sandbox, Cancel))!.Address);
        Assert.Equal($"{new System.IO.FileInfo("/proc/self/ns/net").LinkTarget}\n", Log(spec));
    }
}
