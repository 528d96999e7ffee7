// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using Pelago.Daemon.State;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

[Collection("addresses of the machine")] // some of these tests take some away for a moment
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

    /// <summary>What is temporary is emptied at a start of the machine; the Services of the clusters hold their addresses all the same.</summary>
    [Fact]
    public void Cluster_whose_record_was_lost_gets_the_slot_that_it_had_unless_it_is_anothers()
    {
        var slots = new AddressSlots(_home["slots"]);
        (string first, string second) = (Cluster("first"), Cluster("second"));
        (int? ofFirst, int? ofSecond) = (slots.Take(first), slots.Take(second));
        Directory.Delete(_home["slots"], recursive: true);

        Assert.Equal(ofSecond, slots.Take(second, ofSecond));
        Assert.Equal(ofFirst, slots.Take(first, ofFirst));
        Assert.False(slots.Take(Cluster("third"), ofSecond) is { } third && (third == ofFirst || third == ofSecond));
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
        const int Last = AddressSlots.Count - 1;
        AddressSlots slots = OnlyFree(Last);
        WithInterface(AddressSlots.BridgeName(Last), bridge =>
        {
            Ip("address", "add", AddressSlots.PodCidr(Last, privileged: true).Replace(".0.0/16", ".0.1/24", StringComparison.Ordinal), "dev", bridge);

            Assert.Equal(Last, slots.Take(Cluster("mine")));
        });
    }

    [Theory]
    [InlineData("10.154.0.1/32")]
    [InlineData("10.154.0.0/15")]
    [InlineData("10.216.0.0/13")]
    public void Slot_that_a_route_of_others_leads_into_is_passed_over(string network)
    {
        const int Slot = AddressSlots.Count - 2; // 10.154.0.0/16 and 10.218.0.0/16
        AddressSlots slots = OnlyFree(Slot);
        WithInterface("plg-other", bridge =>
        {
            Ip("route", "add", network, "dev", bridge);

            Assert.Null(slots.Take(Cluster("mine")));
        });
    }

    private AddressSlots OnlyFree(int free)
    {
        string others = Cluster("others");
        Directory.CreateDirectory(_home["slots"]);
        foreach (int slot in Enumerable.Range(0, AddressSlots.Count).Where(slot => slot != free))
            File.WriteAllText(_home[$"slots/slot-{slot}"], others);
        return new AddressSlots(_home["slots"]);
    }

    private static void WithInterface(string name, Action<string> test)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "an interface is made by root");
        Assert.SkipWhen(Directory.Exists($"/sys/class/net/{name}"), $"this machine has {name}");
        Ip("link", "add", name, "type", "bridge");
        try
        {
            Ip("link", "set", name, "up");
            test(name);
        }
        finally
        {
            Ip("link", "delete", name);
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
