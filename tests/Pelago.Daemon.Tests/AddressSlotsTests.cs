// SPDX-License-Identifier: Apache-2.0

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

    private string Cluster(string name) => Directory.CreateDirectory(_home[name]).FullName;
}
