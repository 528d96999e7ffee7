// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>Parts of volumes: others who have the volume must not choose what is mounted in their place.</summary>
public sealed class SubPathTests : ContainerdScene
{
    private string Part => Path.Combine(Home["volume"], "part");

    [Fact]
    public async Task A_link_that_is_put_in_its_place_before_the_start_is_not_followed()
    {
        MakeVolume();
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Reader("main");
        string id = await Runtime.CreateContainerAsync(sandbox, spec, Cancel);
        Swap();

        await Runtime.StartContainerAsync(id, Cancel);

        await ExitedAsync(id);
        Assert.Equal("inside\n", Log(spec));
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(Home["volume"], "moved/new")));
        Assert.Equal(["text"], Directory.GetFiles(Home["outside"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_link_that_is_put_in_its_place_before_the_container_is_made_is_refused()
    {
        MakeVolume();
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        Swap();

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => Runtime.CreateContainerAsync(sandbox, Reader("main"), Cancel));

        Assert.Contains("a link was put in its way", refused.Message, StringComparison.Ordinal);
        Assert.Empty(MountsHeld());
    }

    [Fact]
    public async Task A_file_is_mounted_as_a_directory_is()
    {
        MakeVolume();
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        ContainerSpec spec = Shell("main", "cat /etc/part") with
        {
            Mounts = [new ContainerMount(Path.Combine(Part, "text"), "/etc/part", true, "v") { VolumeDirectory = Home["volume"] }],
        };

        await ExitedAsync(await RunAsync(sandbox, spec));

        Assert.Equal("inside\n", Log(spec));
    }

    [Fact]
    public async Task Nothing_stays_mounted_and_the_volume_keeps_what_is_in_it()
    {
        MakeVolume();
        string sandbox = await Runtime.RunPodSandboxAsync(Sandbox("a"), Cancel);
        await ExitedAsync(await RunAsync(sandbox, Reader("first")));
        Assert.Empty(MountsHeld());

        await Runtime.CreateContainerAsync(sandbox, Reader("never-started"), Cancel);
        Assert.Single(MountsHeld());
        await RestartAsync();
        Assert.Empty(MountsHeld());

        await Runtime.CreateContainerAsync(sandbox, Reader("another"), Cancel);
        await Runtime.RemovePodSandboxAsync(sandbox, Cancel);
        Assert.Empty(MountsHeld());
        Assert.Equal(["new", "text"], Directory.GetFiles(Part).Select(Path.GetFileName).Order());
    }

    private void MakeVolume()
    {
        Directory.CreateDirectory(Part);
        Directory.CreateDirectory(Home["outside"]);
        File.WriteAllText(Path.Combine(Part, "text"), "inside\n");
        File.WriteAllText(Path.Combine(Home["outside"], "text"), "outside\n");
    }

    private void Swap()
    {
        Directory.Move(Part, Path.Combine(Home["volume"], "moved"));
        Directory.CreateSymbolicLink(Part, Home["outside"]);
    }

    private ContainerSpec Reader(string name) => Shell(name, "cat /part/text; echo new >/part/new") with
    {
        Mounts = [new ContainerMount(Part, "/part", false, "v") { VolumeDirectory = Home["volume"] }],
    };

    private IEnumerable<string> MountsHeld() => File.ReadLines("/proc/self/mounts").Where(line => line.Contains(Options.HeldDirectory, StringComparison.Ordinal));
}
