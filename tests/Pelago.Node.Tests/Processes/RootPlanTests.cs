// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Processes;

/// <summary>What is mounted in a container's root, and in which order.</summary>
public sealed class RootPlanTests : IDisposable
{
    private static readonly MountEntry[] Host = [new("/", "ext4"), new("/usr", "ext4"), new("/etc", "ext4")];
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_volume_takes_the_place_of_a_file_system_of_the_host()
    {
        RootPlan plan = Plan(masked: [], new ContainerMount("/usr", "/usr", false, "v"));

        Assert.DoesNotContain(plan.HostMounts, line => line.Target == "/usr");
        Assert.Contains(plan.HostMounts, line => line is { Target: "/etc", Options: "bind,ro" });
        Assert.Contains(plan.Mounts, line => line is { Target: "/usr", Options: "rbind" } && line.Source == plan.HostRoot + "/usr");
    }

    [Fact]
    public void What_lies_in_a_masked_directory_is_mounted_after_the_mask()
    {
        RootPlan plan = Plan(masked: ["/usr"], new ContainerMount("/srv", "/usr/lib/data", false, "v"));

        Assert.Contains(plan.Mounts, line => line is { Target: "/usr", Type: "tmpfs" });
        Assert.Equal("/usr/lib/data", Assert.Single(plan.InnerMounts).Target);
    }

    [Fact]
    public void The_name_of_the_hosts_root_is_not_to_be_guessed() => Assert.NotEqual(Plan([]).HostRoot, Plan([]).HostRoot);

    [Theory]
    [InlineData("/a b", "/a\\040b")]
    [InlineData("/a#b", "/a\\043b")]
    [InlineData("/a\\b\tc", "/a\\134b\\011c")]
    public void Paths_are_spelled_as_fstab_has_them(string path, string spelled) =>
        Assert.Equal($"{spelled} {spelled} none rbind,ro 0 0\n", FileSystemTable.Write([MountLine.Bind(path, path, readOnly: true)]));

    [Fact]
    public void Links_of_the_host_are_followed_as_far_as_they_lead()
    {
        Directory.CreateDirectory(_home["real/deep"]);
        Directory.CreateSymbolicLink(_home["link"], "real");
        Directory.CreateSymbolicLink(_home["round"], "round");

        Assert.Equal(_home["real/deep/none/x"], HostLinks.Resolve(_home["link/../link/deep//none/x/"]));
        Assert.Equal(_home["round"], HostLinks.Resolve(_home["round"]));
        Assert.Equal("/", HostLinks.Resolve("/../.."));
    }

    private RootPlan Plan(string[] masked, params ContainerMount[] mounts) =>
        new(new ContainerDirectory(_home.Path), new ContainerSpec { Name = "main", Command = ["true"], LogPath = "", Mounts = mounts }, Host, masked);
}
