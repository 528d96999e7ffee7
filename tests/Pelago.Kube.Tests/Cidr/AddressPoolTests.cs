// SPDX-License-Identifier: Apache-2.0

using System.Net;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class AddressPoolTests
{
    [Fact]
    public void All_but_the_first_and_last_address_are_given_out_once()
    {
        var pool = new AddressPool(Cidr4.Parse("10.0.0.0/28"));
        var given = new HashSet<IPAddress>();

        while (pool.TryAllocate(out IPAddress? address))
            Assert.True(given.Add(address));

        Assert.Equal(14, given.Count);
        Assert.DoesNotContain(IPAddress.Parse("10.0.0.0"), given);
        Assert.DoesNotContain(IPAddress.Parse("10.0.0.15"), given);
    }

    [Fact]
    public void A_freed_address_is_the_last_to_be_given_again()
    {
        var pool = new AddressPool(Cidr4.Parse("10.0.0.0/29"));
        Assert.True(pool.TryAllocate(out IPAddress? first));

        pool.Release(first);
        var rest = new List<IPAddress>();
        while (pool.TryAllocate(out IPAddress? address))
            rest.Add(address);

        Assert.Equal(first, rest[^1]);
    }

    [Fact]
    public void Reserved_and_outside_addresses_stay_out_of_reach()
    {
        var pool = new AddressPool(Cidr4.Parse("10.0.0.0/24"), reservedAtStart: 2);

        pool.Release(IPAddress.Parse("10.0.0.1"));
        pool.Release(IPAddress.Parse("10.0.0.255"));

        Assert.False(pool.TryAllocate(IPAddress.Parse("10.0.0.1")));
        Assert.False(pool.TryAllocate(IPAddress.Parse("10.0.0.255")));
        Assert.False(pool.TryAllocate(IPAddress.Parse("10.0.1.0")));
        Assert.True(pool.TryAllocate(IPAddress.Parse("10.0.0.2")));
        Assert.False(pool.TryAllocate(IPAddress.Parse("10.0.0.2")));
        Assert.Equal(252, pool.Free);
    }

    [Fact]
    public void Pool_agrees_with_a_set() => Gen.Select(Gen.Int[0, 2], Gen.Int[0, 40]).Array[0, 60].Sample(steps =>
    {
        var pool = new AddressPool(Cidr4.Parse("10.0.0.0/27"));
        var taken = new HashSet<IPAddress>();
        foreach ((int kind, int place) in steps)
        {
            IPAddress picked = Cidr4.ToAddress(0x0a000000u + (uint)place);
            if (kind == 0 && pool.TryAllocate(out IPAddress? address))
                Assert.True(taken.Add(address));
            else if (kind == 1)
                Assert.Equal(place is > 0 and < 31 && taken.Add(picked), pool.TryAllocate(picked));
            else if (kind == 2 && taken.Remove(picked))
                pool.Release(picked);
            Assert.Equal(30 - taken.Count, pool.Free);
        }
    });

    [Theory]
    [InlineData("10.0.0.0/32")]
    [InlineData("10.0.0.0/31")]
    public void Ranges_too_small_for_any_address_are_full(string range) => Assert.False(new AddressPool(Cidr4.Parse(range)).TryAllocate(out _));
}
