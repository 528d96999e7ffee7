// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class YamlReaderTests
{
    [Fact]
    public void Scalars_keys_and_merges_are_read_as_kubectl_reads_them()
    {
        JsonObject expected = KubeJson.ParseObject(Golden("scalars.json"));
        JsonObject found = KubeJson.ParseObject(ReadFirst(Encoding.UTF8.GetString(Golden("scalars.yaml"))).Json);

        foreach ((string field, JsonNode? value) in expected.Object("spec")!)
            Assert.Equal($"{field}: {Print(value)}", $"{field}: {Print(found.Object("spec")![field])}");
        Assert.Equal(expected.Object("spec")!.Count, found.Object("spec")!.Count);
    }

    [Fact]
    public void Documents_are_split_and_empty_ones_left_out()
    {
        Assert.True(YamlReader.TryReadAll("# only a comment\n---\na: 1\n---\n---\nb: 2\n...\n---\n- x\n"u8, out IReadOnlyList<YamlDocument>? documents, out _));

        Assert.Equal(["{\"a\":1}", "{\"b\":2}", "[\"x\"]"], documents.Select(document => Encoding.UTF8.GetString(document.Json.Span)));
        Assert.Equal([3, 6, 9], documents.Select(document => document.Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("---\n")]
    [InlineData("# nothing")]
    public void Text_without_a_document_is_null(string text) => Assert.True(ReadFirst(text).IsNull);

    [Fact]
    public void Json_is_yaml() => Assert.Equal("{\"a\":[1,\"x\u00e9\",null,{\"b\":true}]}", Text("{\"a\": [1, \"x\\u00e9\", null, {\"b\": true}]}"));

    [Fact]
    public void Repeated_keys_are_reported_and_the_last_wins()
    {
        YamlDocument document = ReadFirst("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n1: v\n0x1: w\n");

        Assert.Equal("{\"a\":3,\"b\":{\"c\":2},\"1\":\"w\"}", Encoding.UTF8.GetString(document.Json.Span));
        Assert.Equal(["line 5: key \"a\" already set in map", "line 7: key 1 already set in map", "line 4: key \"c\" already set in map"], document.Duplicates);
    }

    [Fact]
    public void Overriding_a_merged_key_is_no_repetition() => Assert.Empty(ReadFirst("x: &x {a: 1}\ny: {<<: *x, a: 2}").Duplicates);

    [Theory]
    [InlineData("a: *b", "yaml: unknown anchor 'b' referenced")]
    [InlineData("a: &a [*a]", "yaml: anchor 'a' value contains itself")]
    [InlineData("{<<: 1}", "yaml: map merge requires map or sequence of maps as the value")]
    [InlineData("a: .inf", "json: unsupported value: +Inf")]
    [InlineData("a: !!int x", "yaml: cannot decode !!str `x` as a !!int")]
    [InlineData("a: !!binary '*'", "yaml: !!binary value contains invalid base64 data")]
    [InlineData("{[1]: 2}", "yaml: line 1: invalid map key: a key must be a scalar")]
    [InlineData("~: 2", "yaml: line 1: unsupported map key of type: nil")]
    public void What_cannot_become_json_is_refused(string text, string expected)
    {
        Assert.False(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(text), out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("a: b: c")]
    [InlineData("a:\n\t- b")]
    [InlineData("[1, 2")]
    [InlineData("\"open")]
    [InlineData("a: 1\n b: 2")]
    public void Syntax_errors_name_their_line(string text)
    {
        Assert.False(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(text), out _, out string? error));
        Assert.Matches("^yaml: line [0-9]+: .", error);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() => Assert.False(YamlReader.TryReadFirst([(byte)'a', 0xff, 0xfe], out _, out _));

    [Fact]
    public void Alias_bombs_are_refused_quickly()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        var merges = new StringBuilder("a0: &a0 {x0: 1, y0: 1}\n");
        for (int i = 1; i < 40; i++)
            merges.Append($"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}, *a{i - 1}]}}\n");

        Assert.False(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(bomb.ToString()), out _, out string? error));
        Assert.False(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(merges.ToString()), out _, out string? mergeError));
        Assert.Equal("yaml: document contains excessive aliasing", error);
        Assert.Contains("aliasing", mergeError);
    }

    [Fact]
    public void A_long_text_repeated_by_aliases_is_bounded()
    {
        var limits = new YamlLimits { MaxJsonBytes = 10_000 };
        string text = $"a: &a {new string('x', 900)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 50))}]";

        Assert.False(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(text), out _, out string? error, limits));
        Assert.Contains("10000 bytes", error);
    }

    [Fact]
    public void Deep_and_large_texts_are_refused()
    {
        Assert.False(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(new string('[', 5000)), out _, out string? deep));
        Assert.False(YamlReader.TryReadFirst(new byte[4 * 1024 * 1024], out _, out string? large));
        Assert.Contains("max depth", deep);
        Assert.Contains("3145728", large);
    }

    [Fact]
    public void Any_text_is_read_or_refused_without_a_fault() =>
        Gen.OneOf("a", "b: ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&x ", "*x", "!!int ", "1", "\"", "'", "|", ">", "#", "---\n", "...", "<<: ", "? ", "%", "\t", "\u00e9", ":", "~")
            .Array[0, 14].Sample(parts =>
            {
                bool read = YamlReader.TryReadAll(Encoding.UTF8.GetBytes(string.Concat(parts)), out IReadOnlyList<YamlDocument>? documents, out string? error);
                Assert.Equal(read, error is null);
                foreach (YamlDocument document in documents ?? [])
                    KubeJson.Parse(document.Json);
            });

    private static string Text(string yaml) => Encoding.UTF8.GetString(ReadFirst(yaml).Json.Span);

    private static YamlDocument ReadFirst(string text)
    {
        Assert.True(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(text), out YamlDocument? document, out string? error), error);
        return document;
    }

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Yaml", "golden", name));

    /// <summary>Numbers by value and keys sorted: the two sides come from different encoders.</summary>
    private static string Print(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject json => "{" + string.Join(',', json.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + ":" + Print(pair.Value))) + "}",
        JsonArray array => "[" + string.Join(',', array.Select(Print)) + "]",
        _ => node.ToJsonString(),
    };
}
