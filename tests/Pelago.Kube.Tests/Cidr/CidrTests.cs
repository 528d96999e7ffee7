// SPDX-License-Identifier: Apache-2.0

using System.Net;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class CidrTests
{
    [Theory]
    [InlineData("10.96.0.0/16", "10.96.0.0/16", 65536)]
    [InlineData("10.96.1.2/16", "10.96.0.0/16", 65536)]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", 4294967296)]
    [InlineData("1.2.3.4/32", "1.2.3.4/32", 1)]
    public void Ranges_are_read_without_their_host_bits(string text, string canonical, long count)
    {
        Cidr4 cidr = Cidr4.Parse(text);

        Assert.Equal(canonical, cidr.ToString());
        Assert.Equal(count, cidr.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0/8")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("010.0.0.0/8")]
    [InlineData("10.0.0.0/8 ")]
    public void Other_texts_are_no_range(string text)
    {
        Assert.False(Cidr4.TryParse(text, out _, out string? error));
        Assert.Equal($"invalid CIDR address: {text}", error);
    }

    [Fact]
    public void Address_at_and_index_of_are_inverse() => Gen.Select(Gen.UInt, Gen.Int[0, 32], Gen.UInt).Sample((network, length, pick) =>
    {
        Cidr4 cidr = Cidr4.Parse($"{Cidr4.ToAddress(network)}/{length}");
        long index = pick % cidr.Count;
        return cidr.IndexOf(cidr.AddressAt(index)) == index && cidr.Contains(Cidr4.ToAddress(network));
    });

    [Fact]
    public void Subnets_tile_their_range()
    {
        Cidr4 cidr = Cidr4.Parse("10.1.0.0/16");

        Assert.Equal("10.1.3.0/24", cidr.Subnet(24, 3).ToString());
        Assert.True(cidr.Overlaps(cidr.Subnet(24, 255)));
        Assert.False(cidr.Subnet(24, 1).Overlaps(cidr.Subnet(24, 2)));
        Assert.False(cidr.Contains(IPAddress.Parse("10.2.0.0")));
        Assert.False(cidr.Contains(IPAddress.IPv6Loopback));
    }
}
