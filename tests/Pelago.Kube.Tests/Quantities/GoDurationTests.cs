// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class GoDurationTests
{
    [Theory]
    [InlineData("0", "0s", 0)]
    [InlineData("1h2m3s", "1h2m3s", 3_723_000_000_000)]
    [InlineData("90m", "1h30m0s", 5_400_000_000_000)]
    [InlineData("1.5s", "1.5s", 1_500_000_000)]
    [InlineData("-1.5h", "-1h30m0s", -5_400_000_000_000)]
    [InlineData("300ms", "300ms", 300_000_000)]
    [InlineData("1us", "1\u00b5s", 1_000)]
    [InlineData("1\u03bcs", "1\u00b5s", 1_000)]
    [InlineData("1.0000000001s", "1s", 1_000_000_000)]
    [InlineData(".5m", "30s", 30_000_000_000)]
    [InlineData("9223372036854775807ns", "2562047h47m16.854775807s", long.MaxValue)]
    [InlineData("-9223372036854775808ns", "-2562047h47m16.854775808s", long.MinValue)]
    public void Durations_are_read_and_printed_as_Go_does(string text, string printed, long nanoseconds)
    {
        Assert.True(GoDuration.TryParse(text, out GoDuration value, out _));
        Assert.Equal(nanoseconds, value.Nanoseconds);
        Assert.Equal(printed, value.ToString());
    }

    [Theory]
    [InlineData("", "time: invalid duration \"\"")]
    [InlineData("3", "time: missing unit in duration \"3\"")]
    [InlineData("1x", "time: unknown unit \"x\" in duration \"1x\"")]
    [InlineData("-", "time: invalid duration \"-\"")]
    [InlineData(".s", "time: invalid duration \".s\"")]
    [InlineData("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\"")]
    [InlineData("3000000h", "time: invalid duration \"3000000h\"")]
    public void Others_are_refused_with_the_text_of_Go(string text, string expected)
    {
        Assert.False(GoDuration.TryParse(text, out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Every_duration_reads_back() =>
        Gen.Long.Sample(nanoseconds => GoDuration.TryParse(new GoDuration(nanoseconds).ToString(), out GoDuration back, out _) && back.Nanoseconds == nanoseconds);
}
