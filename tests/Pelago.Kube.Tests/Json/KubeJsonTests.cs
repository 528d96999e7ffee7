// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests.Json;

public sealed class KubeJsonTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Any("\"name\"", "\"na\\u006de\"", "\"metadata\"", "\"größe\"", "\"\"", "\"a\\\"b\\\\c\\n\"", "\"\\uD83D\\uDE00\"", "\"dollar$.x/y~z\""),
        Gen.String[Gen.Char['a', 'z'], 0, 60].Select(text => $"\"{text}\""));

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Text,
        Gen.Long.Select(number => $"{number}"),
        Any("null", "true", "false", "0", "-0", "1.0", "1e3", "1E+2", "0.1", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890"));

    private static readonly Gen<string> Document = Gen.Recursive<string>((depth, inner) => depth > 4
        ? Scalar
        : Gen.Frequency(
            (2, Scalar),
            (1, inner.Array[0, 4].Select(items => $"[{string.Join(" , ", items)}]")),
            (2, Gen.Select(Text, inner).Array[0, 5].Select(members => $"{{ {string.Join(",\n", members.Select(member => $"{member.Item1}: {member.Item2}"))} }}"))));

    [Fact]
    public void Text_that_is_not_utf_8_is_a_fault_of_the_document()
    {
        byte[] document = [.. "{\"a\":\""u8, 0xff, 0xfe, .. "\"}"u8];

        Assert.Throws<JsonException>(() => KubeJson.Parse(document));
    }

    [Fact]
    public void A_document_reads_as_the_platforms_parser_has_it_with_numbers_as_they_were_spelled() =>
        Document.Sample(text => Assert.Equal(Oracle(JsonDocument.Parse(text).RootElement), Written(text)), iter: 5_000);

    [Fact]
    public void A_document_that_is_cut_anywhere_is_refused() =>
        Document.Select(text => $"{{\"a\":{text}}}").Sample(
            text =>
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                for (int length = 0; length < utf8.Length; length++)
                    Assert.ThrowsAny<JsonException>(() => KubeJson.Parse(utf8.AsMemory(0, length)));
            },
            iter: 100);

    [Theory]
    [InlineData("{} {}")]
    [InlineData("{}]")]
    [InlineData("1 2")]
    [InlineData("{\"a\":1,}")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":01}")]
    [InlineData("// no\n{}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void What_is_no_document_is_refused(string text) =>
        Assert.ThrowsAny<JsonException>(() => KubeJson.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_document_may_be_as_deep_as_the_limit_and_no_deeper()
    {
        Assert.NotNull(KubeJson.Parse(Nested(KubeJson.MaxDepth)));
        Assert.ThrowsAny<JsonException>(() => KubeJson.Parse(Nested(KubeJson.MaxDepth + 1)));
    }

    [Fact]
    public void Names_that_nobody_has_seen_before_read_as_they_are_written()
    {
        string text = $"{{{string.Join(',', Enumerable.Range(0, 20_000).Select(index => $"\"n{index}\":{index}"))}}}";

        Assert.Equal(text, Written(text));
    }

    private static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static byte[] Nested(int depth) => Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));

    private static string Written(string text) =>
        KubeJson.Parse(Encoding.UTF8.GetBytes(text)) is { } node ? Encoding.UTF8.GetString(KubeJson.ToUtf8(node)) : "null";

    private static string Oracle(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', Members(element).Select(member => $"{Quoted(member.Key)}:{member.Value}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Oracle))}]",
        JsonValueKind.String => Quoted(element.GetString()!),
        _ => element.GetRawText(),
    };

    /// <summary>Of a key that is there twice the last value, where the first stood.</summary>
    private static OrderedDictionary<string, string> Members(JsonElement json)
    {
        var members = new OrderedDictionary<string, string>();
        foreach (JsonProperty property in json.EnumerateObject())
            members[property.Name] = Oracle(property.Value);
        return members;
    }

    private static string Quoted(string text) => Encoding.UTF8.GetString(KubeJson.ToUtf8(JsonValue.Create(text)));
}
