// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using Pelago.Client.Local;
using Pelago.Daemon.Running;
using Pelago.Daemon.State;
using Pelago.Node.Containerd;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

/// <summary>What runs the pods of a cluster is chosen at its first start.</summary>
[Collection("addresses of the machine")] // some of these tests take some away for a moment
public sealed class ClusterPlanTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Pods_are_containers_where_the_machine_can_run_them() =>
        Assert.Equal(new ContainerdTools().AreUsable() ? "containerd" : "process", Make(runtime: null));

    [Fact]
    public void Processes_stay_what_they_are()
    {
        Assert.Equal("process", Make("process"));
        Assert.Equal("process", Make(runtime: null));

        DaemonException refused = Assert.Throws<DaemonException>(() => Make("containerd"));

        Assert.Contains("pelago-1 runs its pods with the process runtime", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_are_remembered_or_what_they_lack_is_said()
    {
        if (new ContainerdTools().Missing().Count > 0)
        {
            DaemonException refused = Assert.Throws<DaemonException>(() => Make("containerd"));
            Assert.Contains("cannot run containers on this machine", refused.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal("containerd", Make("containerd"));
        Assert.Equal("containerd", Make(runtime: null));
    }

    [Fact]
    public void A_start_that_is_refused_leaves_no_cluster_behind()
    {
        Assert.Throws<DaemonException>(() => Plan.Make(new RunOptions { Runtime = "process", Clusters = 2, Port = 65535 }));

        Assert.Empty(Home.ClusterNames());
    }

    [Fact]
    public void A_start_that_is_refused_changes_nothing_of_the_clusters_there_are()
    {
        ClusterSettings before = Assert.Single(Plan.Make(new RunOptions { Runtime = "process", Port = 0 }));

        Assert.Throws<DaemonException>(() => Plan.Make(new RunOptions { Clusters = 2, Port = 65535 }));

        Assert.Equal(before, Home.ReadSettings("pelago-1"));
        Assert.Equal(["pelago-1"], Home.ClusterNames());
    }

    [Fact]
    public void A_cluster_that_has_to_move_is_written_down_where_it_was_until_that_is_told()
    {
        ClusterSettings before = Assert.Single(Plan.Make(new RunOptions { Runtime = "process", Port = 0 }));
        using var taken = new TcpListener(IPAddress.Loopback, before.Port);
        taken.Start();

        ClusterSettings moved = Assert.Single(Plan.Make(new RunOptions { Port = 0 }));

        Assert.NotEqual(before.Port, moved.Port);
        Assert.Equal(before, Home.ReadSettings("pelago-1"));
        Plan.Keep([moved]);
        Assert.Equal(moved, Home.ReadSettings("pelago-1"));
    }

    [Fact]
    public void A_cluster_that_has_to_move_leaves_another_its_port()
    {
        const int First = 6443;
        IReadOnlyList<ClusterSettings> before = Plan.Make(new RunOptions { Runtime = "process", Clusters = 2, Port = 0 });
        using var taken = new TcpListener(IPAddress.Loopback, before[0].Port);
        taken.Start();
        Plan.Keep([before[1] with { Port = First }]);

        IReadOnlyList<ClusterSettings> now = Plan.Make(new RunOptions());

        Assert.NotEqual(First, now[0].Port);
        Assert.NotEqual(before[0].Port, now[0].Port);
        Assert.NotEqual(now[0].Port, now[1].Port);
    }

    [Fact]
    public void Of_clusters_that_were_written_down_at_one_port_one_moves()
    {
        IReadOnlyList<ClusterSettings> before = Plan.Make(new RunOptions { Runtime = "process", Clusters = 2, Port = 0 });
        Plan.Keep([before[1] with { Port = before[0].Port }]);

        IReadOnlyList<ClusterSettings> now = Plan.Make(new RunOptions { Port = 0 });

        Assert.NotEqual(now[0].Port, now[1].Port);
    }

    [Fact]
    public void Where_no_addresses_are_left_nothing_is_made()
    {
        var slots = new AddressSlots(_directory["slots"]);
        for (int i = 0; slots.Take(Directory.CreateDirectory(_directory[$"other-{i}"]).FullName) is not null; i++)
            Assert.InRange(i, 0, AddressSlots.Count);

        Assert.Throws<DaemonException>(() => Plan.Make(new RunOptions { Runtime = "process", Port = 0 }));

        Assert.Empty(Home.ClusterNames());
    }

    private PelagoHome Home => new(_directory["home"]);

    private ClusterPlan Plan => new(Home, new AddressSlots(_directory["slots"]));

    private string Make(string? runtime) => Assert.Single(Plan.Make(new RunOptions { Runtime = runtime, Port = 0 })).Runtime;
}
