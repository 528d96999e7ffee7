// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class PortRangesTests
{
    private static readonly Gen<PortRange> AnyRange =
        Gen.Select(Gen.OneOf(Gen.Int[0, 200], Gen.Int[0, 65535]), Gen.Int[0, 40], (first, more) => new PortRange(first, Math.Min(65535, first + more)));

    private static readonly Gen<PortRanges> AnyRanges = AnyRange.Array[0, 30].Select(ranges => PortRanges.Of(ranges));

    [Theory]
    [InlineData("[31000-32000, 8080]", "[8080, 31000-32000]")]
    [InlineData("8080", "[8080]")]
    [InlineData(" [ 1 - 3 ]", null)]
    [InlineData("[4-6,1-3]", "[1-6]")]
    [InlineData("[1-10, 3-4]", "[1-10]")]
    [InlineData("[]", "[]")]
    [InlineData("", "[]")]
    [InlineData("[0-65535]", "[0-65535]")]
    [InlineData("[65536]", null)]
    [InlineData("[5-4]", null)]
    [InlineData("[-4]", null)]
    [InlineData("[1-2-3]", null)]
    [InlineData("[1,]", null)]
    [InlineData("[1", null)]
    [InlineData("[+1]", null)]
    [InlineData("[000001]", null)]
    [InlineData("http", null)]
    public void Texts_are_read_into_their_canonical_form(string text, string? canonical)
    {
        bool read = PortRanges.TryParse(text, out PortRanges? ranges, out string? error);

        Assert.Equal(canonical, ranges?.ToString());
        Assert.Equal(canonical is not null, read);
        Assert.Equal(canonical is null, error is not null);
    }

    [Fact]
    public void The_entry_that_is_none_is_named_and_cut_when_it_is_long()
    {
        Assert.False(PortRanges.TryParse("[1, 2-x, 3]", out _, out string? error));
        Assert.Equal("\"2-x\" is no port (0-65535) and no range of ports FIRST-LAST", error);

        Assert.False(PortRanges.TryParse(new string('7', 1000), out _, out error));
        Assert.True(error.Length < 120);

        Assert.False(PortRanges.TryParse(new string('7', PortRanges.MaxTextLength + 1), out _, out error));
        Assert.Contains("524289", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_other_port_of_all_can_be_printed_and_read()
    {
        var ranges = PortRanges.Of([.. Enumerable.Range(0, 32768).Select(i => new PortRange(2 * i, 2 * i))]);

        Assert.True(PortRanges.TryParse(ranges.ToString(), out PortRanges? again, out _));
        Assert.Equal(ranges, again);
        Assert.Equal(32768, again.Ranges.Length);
    }

    [Fact]
    public void What_is_printed_reads_as_itself() => AnyRanges.Sample(ranges =>
        PortRanges.TryParse(ranges.ToString(), out PortRanges? again, out _) && again.Equals(ranges) && again.GetHashCode() == ranges.GetHashCode());

    [Fact]
    public void Ranges_are_ascending_and_never_touch() => AnyRange.Array[0, 30].Sample(given =>
    {
        var ranges = PortRanges.Of(given);
        for (int i = 1; i < ranges.Ranges.Length; i++)
            Assert.True(ranges.Ranges[i].First > ranges.Ranges[i - 1].Last + 1);
        Assert.Equal(Ports(given), Ports(ranges.Ranges.ToArray()));
        Assert.Equal(Ports(given).Count, ranges.Count);
    });

    [Fact]
    public void Union_difference_and_subset_agree_with_sets_of_ports() => Gen.Select(AnyRanges, AnyRanges).Sample((a, b) =>
    {
        SortedSet<int> portsOfA = Ports(a.Ranges.ToArray());
        SortedSet<int> portsOfB = Ports(b.Ranges.ToArray());

        Assert.Equal(portsOfA.Union(portsOfB).Order(), Ports(a.Union(b).Ranges.ToArray()));
        Assert.Equal(portsOfA.Except(portsOfB).Order(), Ports(a.Except(b).Ranges.ToArray()));
        Assert.Equal(portsOfA.IsSubsetOf(portsOfB), a.IsSubsetOf(b));
        foreach (int port in portsOfA.Concat(portsOfB).Take(50))
            Assert.Equal((portsOfA.Contains(port), portsOfA.Contains(port + 1)), (a.Contains(port), a.Contains(port + 1)));
    });

    [Fact]
    public void The_laws_of_sets_hold() => Gen.Select(AnyRanges, AnyRanges, AnyRanges).Sample((a, b, c) =>
    {
        Assert.Equal(a, a.Union(a));
        Assert.Equal(a, a.Union(PortRanges.Empty));
        Assert.Equal(a.Union(b), b.Union(a));
        Assert.Equal(a.Union(b).Union(c), a.Union(b.Union(c)));
        Assert.Equal(a.Except(b).Except(c), a.Except(b.Union(c)));
        Assert.Equal(a.Union(b).Except(c), a.Except(c).Union(b.Except(c)));
        Assert.True(a.Except(a).IsEmpty);
        Assert.True(a.Except(b).IsSubsetOf(a));
        Assert.True(a.IsSubsetOf(a.Union(b)));
        Assert.Equal(a.Union(b), a.Except(b).Union(b));
        Assert.Equal(a.Union(b).Count, a.Except(b).Count + b.Count);
    });

    private static SortedSet<int> Ports(PortRange[] ranges) => [.. ranges.SelectMany(range => Enumerable.Range(range.First, range.Count))];
}
