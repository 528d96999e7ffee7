// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class HostPortRequestsTests
{
    [Fact]
    public void Entries_are_read()
    {
        Assert.True(HostPortRequests.TryParse("http=auto, admin=31000-31999,data=3@auto-contiguous, one=8080", out HostPortRequests? requests, out _));

        Assert.Equal(
            [
                new HostPortRequest("http", 1, null, false), new HostPortRequest("admin", 1, new PortRange(31000, 31999), false),
                new HostPortRequest("data", 3, null, true), new HostPortRequest("one", 1, new PortRange(8080, 8080), false),
            ],
            requests.Entries);
        Assert.Equal(6, requests.Count);
    }

    [Theory]
    [InlineData("", "entry \"\" cannot be used: it must begin with a name and an equals sign")]
    [InlineData("http=auto,", "entry \"\" cannot be used: it must begin with a name")]
    [InlineData("auto", "entry \"auto\" cannot be used: it must begin with a name")]
    [InlineData("Http=auto", "entry \"Http=auto\" cannot be used: it must begin with a name")]
    [InlineData("-a=auto", "entry \"-a=auto\" cannot be used: it must begin with a name")]
    [InlineData("abcdefghijklmnop=auto", "a name has at most 15 lower-case letters")]
    [InlineData("a=auto, admin=99999", "entry \"admin=99999\" cannot be used: \"99999\" is neither auto nor a port (1-65535) nor a range FIRST-LAST. Allowed is NAME=[COUNT@]WHERE")]
    [InlineData("a=0", "\"0\" is neither auto nor a port")]
    [InlineData("a=0@auto", "the count before @ must be a number from 1 to 256")]
    [InlineData("a=257@auto", "the count before @ must be a number from 1 to 256")]
    [InlineData("a=-1@auto", "the count before @ must be a number from 1 to 256")]
    [InlineData("a=3@31000-31001", "31000-31001 has 2 ports, not 3")]
    [InlineData("a=auto, a=auto", "there is another one of the name a")]
    [InlineData("a=200@auto, b=57@auto", "asks for 257 ports in 2 entries; allowed are 256 ports in 32 entries")]
    public void What_cannot_be_used_is_named_with_what_is_allowed(string text, string expected)
    {
        Assert.False(HostPortRequests.TryParse(text, out _, out string? error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_is_bounded()
    {
        Assert.False(HostPortRequests.TryParse(string.Join(',', Enumerable.Range(0, 33).Select(i => $"p{i}=auto")), out _, out string? error));
        Assert.Contains("33 entries", error, StringComparison.Ordinal);

        Assert.False(HostPortRequests.TryParse(new string('a', 5000), out _, out error));
        Assert.Contains("at most 4096 characters", error, StringComparison.Ordinal);

        Assert.False(HostPortRequests.TryParse(new string('a', 4000), out _, out error));
        Assert.True(error.Length < 500);
    }

    [Fact]
    public void Those_with_the_least_choice_choose_first()
    {
        PortSet free = PortSet.Full(new PortRange(31000, 31009));
        Assert.True(HostPortRequests.TryParse("any=auto, run=3@auto-contiguous, low=31000-31001, first=31000, pair=2@31000-31005-contiguous", out HostPortRequests? requests, out _));

        Assert.True(requests.TryTake(free, out HostPortAllocation? allocation));

        Assert.Equal("any=31007, run=31004-31006, low=31001, first=31000, pair=31002-31003", allocation.ToString());
        Assert.Equal("[31008-31009]", free.ToRanges().ToString());
    }

    [Theory]
    [InlineData("a=4@auto", false)]
    [InlineData("a=3@auto", true)]
    [InlineData("a=2@auto-contiguous", true)]
    [InlineData("a=3@auto-contiguous", false)]
    [InlineData("a=31000", true)]
    [InlineData("a=31001", false)]
    [InlineData("a=2@31002-31003-contiguous", true)]
    [InlineData("a=2@31000-31002-contiguous", false)]
    [InlineData("a=8080", false)]
    public void Ports_are_taken_where_they_are_free(string text, bool fits)
    {
        var free = new PortSet(new PortRange(31000, 31009));
        foreach (int port in (int[])[31000, 31002, 31003])
            free.Add(port);
        Assert.True(HostPortRequests.TryParse(text, out HostPortRequests? requests, out _));

        Assert.Equal(fits, requests.TryTake(free, out _));
    }

    [Fact]
    public void What_was_given_is_read_as_it_was_written() => Gen.Select(Gen.Int[31000, 31050].Array[0, 30], Gen.Int[1, 4], Gen.Bool).Sample((taken, count, contiguous) =>
    {
        PortSet free = PortSet.Full(new PortRange(31000, 31060));
        free.ExceptWith(PortRanges.Of([.. taken.Select(port => new PortRange(port, port))]));
        PortRanges before = free.ToRanges();
        Assert.True(HostPortRequests.TryParse($"a={count}@auto{(contiguous ? "-contiguous" : "")}, b=auto", out HostPortRequests? requests, out _));

        Assert.True(requests.TryTake(free, out HostPortAllocation? allocation));

        Assert.True(HostPortAllocation.TryParse(allocation.ToString(), out HostPortAllocation? again));
        Assert.Equal(allocation, again);
        Assert.Equal(count + 1, again.Ports.Count);
        Assert.True(again.Ports.IsSubsetOf(before));
        Assert.Equal(before.Except(again.Ports), free.ToRanges());
        Assert.True(!contiguous || again.Grants[0].Ports.Ranges.Length == 1);
    });

    [Theory]
    [InlineData("")]
    [InlineData("http")]
    [InlineData("http=")]
    [InlineData("=31000")]
    [InlineData("http=31000-")]
    public void Other_texts_are_no_allocation(string text) => Assert.False(HostPortAllocation.TryParse(text, out _));
}
