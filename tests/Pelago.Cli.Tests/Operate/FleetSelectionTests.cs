// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Verbs on clusters that were added to the home's fleet.</summary>
public sealed class FleetSelectionTests
{
    [Fact]
    public async Task A_cluster_of_the_fleet_is_named_like_one_of_the_home_and_is_among_all()
    {
        await using var home = new LocalHome();
        await using var other = new LocalHome();
        await home.UpAsync();
        await other.UpAsync();
        ProgramResult added = await home.RunAsync("cluster", "add", "edge", "--kubeconfig", other.Places.Kubeconfig);

        ProgramResult edge = await home.RunAsync("resolve", "-q", "--cluster", "edge"), all = await home.RunAsync("resolve", "-q", "--all-clusters");
        ProgramResult both = await home.RunAsync("ps", "-A", "--cluster", "edge,pelago-1"), wrong = await home.RunAsync("ps", "--cluster", "egde");
        ProgramResult packages = await home.RunAsync("package", "list", "--all-clusters"), ports = await home.RunAsync("ports", "-o", "json", "--all-clusters");
        await other.RunAsync("down");
        ProgramResult left = await home.RunAsync("resolve", "-q", "--all-clusters"), leftPorts = await home.RunAsync("ports", "--all-clusters");
        await home.RunAsync("down");
        ProgramResult unknown = await home.RunAsync("resolve", "-q", "--cluster", "edge");

        Assert.Equal(0, added.ExitCode);
        Assert.Equal(["edge"], Clusters(edge));
        Assert.Equal(["edge", "pelago-1"], Clusters(all));
        Assert.Equal(0, both.ExitCode);
        Assert.Contains("no cluster egde", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("there are: pelago-1, edge. Did you mean edge?", wrong.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (packages.ExitCode, ports.ExitCode));
        Assert.Equal(["edge", "pelago-1"], Clusters(left));
        Assert.Equal((ExitCode.Unreachable, ExitCode.Unreachable), (left.ExitCode, leftPorts.ExitCode));
        Assert.Contains("pelago-1", leftPorts.Output, StringComparison.Ordinal); // one that is away takes nothing from the other
        Assert.Contains("cannot reach cluster \"edge\"", left.Error, StringComparison.Ordinal);
        Assert.Contains("cannot reach cluster \"pelago-1\"", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unreachable, unknown.ExitCode);
    }

    /// <summary>The first word of each line.</summary>
    private static string[] Clusters(ProgramResult resolved) =>
        [.. resolved.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal)];
}
