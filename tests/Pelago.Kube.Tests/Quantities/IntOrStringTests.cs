// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Kube.Tests;

public class IntOrStringTests
{
    [Theory]
    [InlineData("25%", 10, true, 3)]
    [InlineData("25%", 10, false, 2)]
    [InlineData("100%", 7, false, 7)]
    [InlineData("0%", 7, true, 0)]
    [InlineData("1%", 3, true, 1)]
    [InlineData("33%", 3, false, 0)]
    public void Percentages_round_the_way_that_is_asked(string text, int total, bool up, int expected)
    {
        Assert.True(IntOrString.FromString(text).TryScale(total, up, out int count, out _));
        Assert.Equal(expected, count);
    }

    [Theory]
    [InlineData("5", "invalid value for IntOrString: invalid type: string is not a percentage")]
    [InlineData("a%", "invalid value for IntOrString: invalid value \"a%\": strconv.Atoi: parsing \"a\": invalid syntax")]
    public void Other_texts_are_no_percentage(string text, string expected)
    {
        Assert.False(IntOrString.FromString(text).TryScale(10, true, out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Numbers_and_texts_are_read_and_nothing_else()
    {
        JsonNode json = KubeJson.Parse("[3, \"http\", 3000000000, true, null]"u8.ToArray())!;

        Assert.True(IntOrString.TryRead(json[0], out IntOrString number));
        Assert.True(IntOrString.TryRead(json[1], out IntOrString text));
        Assert.Equal(3, number.Number);
        Assert.Equal("http", text.Text);
        Assert.False(IntOrString.TryRead(json[2], out _));
        Assert.False(IntOrString.TryRead(json[3], out _));
        Assert.False(IntOrString.TryRead(json[4], out _));
    }
}
