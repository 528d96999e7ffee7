// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Kube.Tests;

public class HumanDurationTests
{
    [Theory]
    [InlineData("-00:00:02", "<invalid>")]
    [InlineData("-00:00:01.9", "0s")]
    [InlineData("-00:00:00.5", "0s")]
    [InlineData("00:00:00", "0s")]
    [InlineData("00:01:59.9", "119s")]
    [InlineData("00:02:00", "2m")]
    [InlineData("00:02:01", "2m1s")]
    [InlineData("00:09:59", "9m59s")]
    [InlineData("00:10:00", "10m")]
    [InlineData("02:59:59", "179m")]
    [InlineData("03:00:00", "3h")]
    [InlineData("03:20:00", "3h20m")]
    [InlineData("07:59:59", "7h59m")]
    [InlineData("08:30:00", "8h")]
    [InlineData("1.23:59:59", "47h")]
    [InlineData("2.00:00:00", "2d")]
    [InlineData("5.03:00:00", "5d3h")]
    [InlineData("7.23:59:59", "7d23h")]
    [InlineData("8.00:00:00", "8d")]
    [InlineData("729.23:00:00", "729d")]
    [InlineData("730.00:00:00", "2y")]
    [InlineData("770.00:00:00", "2y40d")]
    [InlineData("2919.00:00:00", "7y364d")]
    [InlineData("2920.00:00:00", "8y")]
    [InlineData("4000.00:00:00", "10y")]
    public void Durations_have_two_or_three_figures(string duration, string text) =>
        Assert.Equal(text, HumanDuration.Format(TimeSpan.Parse(duration, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void A_time_that_is_not_there_is_unknown() => Assert.Equal("<unknown>", HumanDuration.Since(null, DateTimeOffset.UnixEpoch));
}
