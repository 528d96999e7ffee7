// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Pelago.Kube.Tests;

public class YamlWriterTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String, Gen.OneOf("a", " ", "\n", ":", "#", "-", "'", "\"", "\\", "yes", "1", "word ", "{", "&", "!", "*", "]", "%", "@", "?", "|", ">", "\t").Array[0, 40].Select(string.Concat));

    private static readonly Gen<JsonNode?> Nodes = Gen.Recursive<JsonNode?>((depth, self) =>
    {
        Gen<JsonNode?> leaf = Gen.OneOf(
            Texts.Select(text => (JsonNode?)JsonValue.Create(text)), Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number)),
            Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)), Gen.Const((JsonNode?)null));
        return depth >= 3
            ? leaf
            : Gen.OneOf(
                leaf,
                self.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
                Gen.Dictionary(Texts, self)[0, 3].Select(map => (JsonNode?)new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())))));
    });

    [Fact]
    public void Documents_are_printed_as_kubectl_prints_them()
    {
        string expected = File.ReadAllText(Golden("texts.yaml"));

        string printed = YamlWriter.Write(KubeJson.Parse(File.ReadAllBytes(Golden("texts.json"))), sorted: true);

        Assert.Equal(expected.Split('\n'), printed.Split('\n'));
    }

    [Fact]
    public void Fields_keep_their_order_unless_sorting_is_asked()
    {
        var json = new JsonObject { ["b"] = 1, ["a10"] = 2, ["a9"] = new JsonArray() };

        Assert.Equal("b: 1\na10: 2\na9: []\n", YamlWriter.Write(json));
        Assert.Equal("a9: []\na10: 2\nb: 1\n", YamlWriter.Write(json, sorted: true));
    }

    [Fact]
    public void What_is_printed_reads_back_as_the_same_document() => Nodes.Sample(node =>
    {
        var json = new JsonObject { ["spec"] = node?.DeepClone() };
        string text = Encoding.UTF8.GetString(KubeJson.ToUtf8(json));
        if (text.Contains('\ufffd', StringComparison.Ordinal))
            return;

        string yaml = YamlWriter.Write(json);

        Assert.True(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(yaml), out YamlDocument? back, out string? error), $"{error}\n{yaml}");
        Assert.True(JsonNode.DeepEquals(json, KubeJson.Parse(back.Json)), $"{text}\n{yaml}\n{Encoding.UTF8.GetString(back.Json.Span)}");
    });

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Yaml", "golden", name);
}
