// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class MetaTimeTests
{
    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z")]
    [InlineData("2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.100000Z")]
    [InlineData("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456Z")]
    [InlineData("2026-01-02T03:04:05.12345678+02:00", "2026-01-02T01:04:05.123456Z")]
    [InlineData("2026-01-02T03:04:05-07:30", "2026-01-02T10:34:05.000000Z")]
    public void Any_precision_and_offset_is_read(string text, string micro)
    {
        Assert.True(MetaTime.TryParse(text, out DateTimeOffset time));
        Assert.Equal(micro, MetaTime.FormatMicro(time));
        Assert.Equal(micro[..19] + "Z", MetaTime.Format(time));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("2026-01-02")]
    [InlineData("2026-01-02T03:04:05")]
    [InlineData("2026-01-02 03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.1234567890Z")]
    [InlineData("2026-13-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.Z")]
    [InlineData("2026-01-02T03:04:05.123456")]
    public void Other_texts_are_no_time(string? text) => Assert.False(MetaTime.TryParse(text, out _));

    [Fact]
    public void Every_printed_time_reads_back() => Gen.Long[0, DateTime.MaxValue.Ticks / 10].Sample(micros =>
    {
        var time = new DateTimeOffset(micros * 10, TimeSpan.Zero);
        Assert.True(MetaTime.TryParse(MetaTime.FormatMicro(time), out DateTimeOffset back));
        Assert.Equal(time, back);
        Assert.Equal(MetaTime.Format(time), MetaTime.Normalize(MetaTime.FormatMicro(time)));
    });
}
