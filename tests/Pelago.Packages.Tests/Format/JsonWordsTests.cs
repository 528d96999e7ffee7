// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Pelago.Kube;
using Pelago.Packages.Format;
using Xunit;

namespace Pelago.Packages.Tests.Format;

public sealed class JsonWordsTests
{
    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" \n\n", "it is empty")]
    [InlineData("garbage", "line 1, column 1: g cannot stand there")]
    [InlineData("\u0001", "line 1, column 1: a character that is not to be seen cannot stand there")]
    [InlineData("\ufeff{}", "line 1, column 1: it begins with a byte order mark, which may not stand there")]
    [InlineData("{\n  \"a\": [1,\n", "line 3, column 1: it breaks off there")]
    [InlineData("{\n  \"a\": }", "line 2, column 8: } cannot stand there")]
    [InlineData("[]", "the document is not a JSON object")]
    public void What_is_wrong_is_said_with_its_place(string text, string words)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);

        JsonException fault = Assert.ThrowsAny<JsonException>(() => KubeJson.ParseObject(utf8));

        Assert.Equal(words, JsonWords.Of(utf8, fault));
    }

    [Fact]
    public void More_levels_than_are_read_are_too_many()
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(new string('[', KubeJson.MaxDepth + 1));

        JsonException fault = Assert.ThrowsAny<JsonException>(() => KubeJson.Parse(utf8));

        Assert.Equal($"line 1, column {KubeJson.MaxDepth + 1}: it has too many levels", JsonWords.Of(utf8, fault));
    }
}
