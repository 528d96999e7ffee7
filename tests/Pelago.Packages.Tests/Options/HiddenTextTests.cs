// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Packages.Options;
using Xunit;

namespace Pelago.Packages.Tests.Options;

public sealed class HiddenTextTests
{
    private const string Secret = "a\"b\\c\n<d>'é/+%e";

    [Theory]
    [InlineData("plain")]
    [InlineData("json")]
    [InlineData("json twice")]
    [InlineData("relaxed json")]
    [InlineData("go")]
    [InlineData("base64")]
    [InlineData("base64 of more")]
    [InlineData("base64 of an address")]
    public void A_secret_is_hidden_however_it_is_written(string how)
    {
        string written = how switch
        {
            "plain" => Secret,
            "json" => Inner(JsonSerializer.Serialize(Secret)),
            "json twice" => Inner(JsonSerializer.Serialize(Inner(JsonSerializer.Serialize(Secret)))),
            "relaxed json" => Inner(JsonValue.Create(Secret).ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })),
            "go" => "a\\\"b\\\\c\\n\\u003cd\\u003e'\\u00e9/+%e",
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
            "base64 of more" => Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Secret}@there")),
            _ => Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Secret}")).Replace('+', '-').Replace('/', '_').TrimEnd('='),
        };

        Assert.Equal("it refused (a secret), twice: (a secret)", HiddenText.Of($"it refused {written}, twice: {written}", [Secret]));
        Assert.True(HiddenText.IsIn($"it refused {written}", [Secret]));

        static string Inner(string quoted) => quoted[1..^1];
    }

    [Theory]
    [InlineData("p@ss w0rd", "postgres://me:p%40ss%20w0rd@db", "postgres://me:(a secret)@db")]
    [InlineData("p@ss w0rd", "password=p%40ss+w0rd&x", "password=(a secret)&x")]
    [InlineData(@"back\\slashes\", @"""back\\\\slashes\\"" is refused", @"""(a secret)"" is refused")]
    [InlineData("sesame", "open sesame", "open (a secret)")]
    [InlineData("zq", "zq is too short to be told apart", "zq is too short to be told apart")]
    [InlineData("open-sesame", "open-sesam", "open-sesam")]
    [InlineData("a\"bc", "a\\\\\\\"bc", "(a secret)")]
    public void Other_words_stay(string secret, string words, string expected) => Assert.Equal(expected, HiddenText.Of(words, [secret]));

    [Fact]
    public void The_longest_goes_first() => Assert.Equal("(a secret) and (a secret)", HiddenText.Of("open-sesame and open", ["open", "open-sesame"]));
}
