// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Pelago.Kube.Apply;
using Xunit;

namespace Pelago.Kube.Tests.Apply;

public class FieldsV1Tests
{
    private static readonly Gen<JsonNode?> Scalar = Gen.OneOf(
        Gen.String.Select(JsonNode? (text) => text), Gen.Long.Select(JsonNode? (number) => number),
        Gen.Double[-1e9, 1e9].Select(JsonNode? (real) => real), Gen.Bool.Select(JsonNode? (flag) => flag));

    private static readonly Gen<PathElement> Element = Gen.OneOf(
        Gen.String.Select(PathElement.Field),
        Gen.Select(Scalar, Scalar).Select((one, two) => PathElement.Key(("b", one), ("a", two))),
        Scalar.Select(PathElement.Value),
        Gen.Int[0, 99].Select(PathElement.Index));

    [Fact]
    public void What_is_written_reads_back()
    {
        Element.Array[1, 4].List[0, 12].Sample(paths =>
        {
            FieldSet set = FieldSet.Of([.. paths]);
            JsonObject json = KubeJson.ParseObject(KubeJson.ToUtf8(FieldsV1.Encode(set)));

            Assert.True(FieldsV1.TryDecode(json, out FieldSet back, out string error), error);
            Assert.Equal(set, back);
        });
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"f:a":{}}""")]
    [InlineData("""{"f:a":{".":{},"f:b":{}}}""")]
    [InlineData("""{"f:a":{"f:b":{}},"f:c":{}}""")]
    [InlineData("""{"f:l":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}},"k:{\"name\":\"b\"}":{}}}""")]
    [InlineData("""{"k:{\"a\":1,\"b\":true}":{},"k:{\"a\":\"1\"}":{}}""")]
    [InlineData("""{"v:1":{},"v:2.5":{},"v:\"a\"":{},"v:false":{},"v:true":{},"v:null":{}}""")]
    [InlineData("""{"i:0":{},"i:1":{"f:a":{}}}""")]
    [InlineData("""{"f:a":{},"k:{\"a\":1}":{},"v:1":{},"i:1":{}}""")]
    [InlineData("""{"f:":{}}""")]
    [InlineData("""{"k:{\"name\":\"\\u003ca\\u003e\"}":{}}""")]
    public void The_canonical_form_is_kept(string json)
    {
        Assert.Equal(json, Encode(Decode(json)));
    }

    [Theory]
    [InlineData("""{"f:b":{},"f:a":{}}""", """{"f:a":{},"f:b":{}}""")]
    [InlineData("""{"k:{\"b\":1,\"a\":2}":{}}""", """{"k:{\"a\":2,\"b\":1}":{}}""")]
    [InlineData("""{"k:{ \"a\" : 1 }":{}}""", """{"k:{\"a\":1}":{}}""")]
    [InlineData("""{"v:1.0":{}}""", """{"v:1":{}}""")]
    [InlineData("""{"f:a":{".":{}}}""", """{"f:a":{}}""")]
    [InlineData("""{"x:unknown":{},"f:a":{}}""", """{"f:a":{}}""")]
    [InlineData("""{"f:a":{"x:unknown":{}}}""", """{"f:a":{}}""")]
    public void Other_spellings_become_canonical(string json, string canonical)
    {
        Assert.Equal(canonical, Encode(Decode(json)));
    }

    [Theory]
    [InlineData("""{"f":{}}""", "parsing key as path element: key must be 2 characters long:")]
    [InlineData("""{"fa":{}}""", "parsing key as path element: missing colon: fa")]
    [InlineData("""{"i:x":{}}""", "parsing key as path element: strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("""{"k:[]":{}}""", "parsing key as path element: a list map's key is not an object: k:[]")]
    public void Malformed_keys_are_told(string json, string error)
    {
        Assert.False(FieldsV1.TryDecode((JsonObject)JsonNode.Parse(json)!, out _, out string told));
        Assert.Equal(error, told);
    }

    [Theory]
    [InlineData("""{"v:{":{}}""")]
    [InlineData("""{"k:{\"a\":1}x":{}}""")]
    [InlineData("""{"v:":{}}""")]
    public void Malformed_values_are_refused(string json)
    {
        Assert.False(FieldsV1.TryDecode((JsonObject)JsonNode.Parse(json)!, out _, out _));
    }

    [Fact]
    public void Elements_show_as_in_messages()
    {
        PathElement[] path =
        [
            PathElement.Field("spec"), PathElement.Key(("protocol", "TCP"), ("containerPort", 80)), PathElement.Value("a\"b"),
            PathElement.Value(1.5), PathElement.Value(true), PathElement.Index(3),
        ];

        Assert.Equal(
            [".spec", "[containerPort=80,protocol=\"TCP\"]", "[=\"a\\\"b\"]", "[=1.5]", "[=true]", "[3]"], path.Select(element => element.ToString()));
    }

    [Fact]
    public void Values_of_all_types_have_one_order()
    {
        JsonNode?[] ordered = [-1, 1, 1.5, 2, "1", "a", false, true, new JsonArray(1), new JsonObject { ["a"] = 1 }, null];
        PathElement[] elements = [.. ordered.Select(PathElement.Value)];

        Assert.Equal(elements, elements.Reverse().Order());
        Assert.Equal(PathElement.Value(1), PathElement.Value(1.0));
        Assert.Equal(PathElement.Value(1).GetHashCode(), PathElement.Value(1.0).GetHashCode());
    }

    private static FieldSet Decode(string json)
    {
        Assert.True(FieldsV1.TryDecode(KubeJson.ParseObject(Encoding.UTF8.GetBytes(json)), out FieldSet set, out string error), error);
        return set;
    }

    private static string Encode(FieldSet set) => Encoding.UTF8.GetString(KubeJson.ToUtf8(FieldsV1.Encode(set)));
}
