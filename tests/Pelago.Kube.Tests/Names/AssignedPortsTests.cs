// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests.Names;

public class AssignedPortsTests
{
    private static readonly Gen<int> Ports = Gen.Int[1, 65535];

    [Fact]
    public void What_is_written_is_found_again() => Gen.Dictionary(Ports, Ports)[0, 20].Sample(ports =>
    {
        string text = AssignedPorts.Format(ports);

        Assert.All(ports, pair => Assert.Equal(pair.Value, AssignedPorts.Find(text, pair.Key)));
    });

    [Theory]
    [InlineData("", 80, 80)]
    [InlineData("80=20001,443=20002", 443, 20002)]
    [InlineData("80=20001,443=20002", 8080, 8080)]
    [InlineData("80=0,80=70000,80=-1,=1,80", 80, 80)]
    [InlineData("nonsense,,80=20001", 80, 20001)]
    public void A_port_that_nothing_sensible_is_said_of_is_itself(string text, int declared, int found) =>
        Assert.Equal(found, AssignedPorts.Find(text, declared));

    [Fact]
    public void Ports_that_are_as_declared_and_undeclared_ones_are_not_mentioned() =>
        Assert.Equal("80=20001", AssignedPorts.Format(new Dictionary<int, int> { [0] = 20000, [80] = 20001, [443] = 443 }));
}
