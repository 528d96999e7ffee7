// SPDX-License-Identifier: Apache-2.0

using Pelago.Daemon.State;
using Pelago.Kube;
using Xunit;

namespace Pelago.Daemon.Tests;

public class PortWindowsTests
{
    [Fact]
    public void The_only_node_of_the_first_cluster_has_the_usual_window() => Assert.Equal(NodePortReport.DefaultWindow, PortWindows.Of(slot: 0, node: 0, nodes: 1));

    [Fact]
    public void Nodes_and_clusters_of_one_machine_share_no_port()
    {
        PortRange[] windows = [.. Enumerable.Range(0, 11).SelectMany(slot => Enumerable.Range(0, 7).Select(node => PortWindows.Of(slot, node, nodes: 7)))];

        Assert.Equal(windows.Sum(window => window.Count), PortRanges.Of(windows).Count);
        Assert.True(PortRanges.Of(windows).IsSubsetOf(PortRanges.Of(new PortRange(10000, 19999), new PortRange(31000, 32000))));
    }

    [Fact]
    public void More_nodes_than_ports_still_have_a_window_each() => Assert.Equal(1, PortWindows.Of(slot: 1, node: 1999, nodes: 2000).Count);
}
