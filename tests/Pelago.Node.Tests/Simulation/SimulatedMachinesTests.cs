// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Simulation;
using Xunit;

namespace Pelago.Node.Tests.Simulation;

public class SimulatedMachinesTests
{
    [Theory]
    [InlineData(110, 10_000, 24)]
    [InlineData(253, 1000, 24)]
    [InlineData(254, 1000, 23)]
    [InlineData(1042, 60, 21)]
    public void A_node_has_an_address_for_each_pod_that_it_takes(int pods, int nodes, int prefix) =>
        Assert.Equal(prefix, SimulatedMachines.PrefixOf(new SimulatedMachine { Pods = pods }, nodes));

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1000, 1 << 20)]
    public void More_than_there_are_addresses_for_is_refused(int pods, int nodes) =>
        Assert.Throws<InvalidDataException>(() => SimulatedMachines.PrefixOf(new SimulatedMachine { Pods = pods }, nodes));
}
