// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
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
}
