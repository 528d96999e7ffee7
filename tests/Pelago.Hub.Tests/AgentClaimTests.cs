// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Pelago.Hub.Agents;
using Xunit;

namespace Pelago.Hub.Tests;

public sealed class AgentClaimTests
{
    private readonly AgentClaim _claims = new(10360);

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("192.168.1.2")]
    [InlineData("fd00::7")]
    public void An_agent_at_the_address_of_a_node_is_taken(string address) =>
        Assert.Null(_claims.Objection(IPAddress.Parse(address), 10360, "1.2.3"));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("224.0.0.1")]
    [InlineData("ff02::1")]
    [InlineData("0.0.0.0")]
    public void An_address_that_is_no_nodes_is_refused(string address) =>
        Assert.NotNull(_claims.Objection(IPAddress.Parse(address), 10360, "1.2.3"));

    [Theory]
    [InlineData(10250, "1")]
    [InlineData(0, "1")]
    [InlineData(10360, "1\n2")]
    public void Another_port_and_a_version_that_is_none_are_refused(long port, string version) =>
        Assert.NotNull(_claims.Objection(IPAddress.Parse("10.0.0.7"), port, version));

    [Theory]
    [InlineData(20360, true)]
    [InlineData(10360, false)]
    public void Where_agents_are_at_another_port_that_one_is_taken_alone(int port, bool taken) =>
        Assert.Equal(taken, new AgentClaim(20360).Objection(IPAddress.Parse("10.0.0.7"), port, "1") is null);

    [Fact]
    public void A_version_is_bounded() => Assert.NotNull(_claims.Objection(IPAddress.Parse("10.0.0.7"), 10360, new string('1', 129)));
}
