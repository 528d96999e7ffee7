// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.Daemon.State;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class AddressSlotsTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Cluster_keeps_its_slot_when_one_before_it_becomes_free()
    {
        var slots = new AddressSlots(_home["slots"]);
        string first = Cluster("first");
        string second = Cluster("second");
        int? mine = (slots.Take(first), slots.Take(second)).Item2;

        Directory.Delete(first);

        Assert.Equal(mine, slots.Take(second));
        Assert.NotEqual(mine, slots.Take(Cluster("third")));
    }

    [Fact]
    public void Search_begins_where_the_user_begins_and_goes_round()
    {
        var slots = new AddressSlots(_home["slots"], AddressSlots.Count - 1);

        Assert.Equal(AddressSlots.Count - 1, slots.Take(Cluster("first")));
        // Not always 0: an address of the machine may lie in a slot, which is passed over.
        Assert.InRange(slots.Take(Cluster("second"))!.Value, 0, AddressSlots.Count - 2);
    }

    [Fact]
    public void Bridge_that_a_cluster_left_behind_holds_no_slot()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a bridge is made by root");
        const int Last = AddressSlots.Count - 1;
        var slots = new AddressSlots(_home["slots"]);
        string others = Cluster("others");
        Directory.CreateDirectory(_home["slots"]);
        for (int slot = 0; slot < Last; slot++)
            File.WriteAllText(_home[$"slots/slot-{slot}"], others);
        string bridge = AddressSlots.BridgeName(Last);
        Assert.SkipWhen(Directory.Exists($"/sys/class/net/{bridge}"), $"a cluster of this machine has {bridge}");
        Ip("link", "add", bridge, "type", "bridge");
        try
        {
            Ip("address", "add", AddressSlots.PodCidr(Last, privileged: true).Replace(".0.0/16", ".0.1/24", StringComparison.Ordinal), "dev", bridge);

            Assert.Equal(Last, slots.Take(Cluster("mine")));
        }
        finally
        {
            Ip("link", "delete", bridge);
        }
    }

    private static void Ip(params string[] arguments)
    {
        using Process ip = Process.Start("ip", arguments);
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
    }

    private string Cluster(string name) => Directory.CreateDirectory(_home[name]).FullName;
}
