// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Schema;

public class StrictDecodingTests
{
    private static readonly SchemaNode Thing = BuiltInThing();

    [Theory]
    [InlineData("""{"spec":{"foo":1}}""", "unknown field \"spec.foo\"")]
    [InlineData("""{"Spec":{}}""", "unknown field \"Spec\"")]
    [InlineData("""{"spec":{"items":[{"name":"a"},{"name":"b","bar":{"x":1}}]}}""", "unknown field \"spec.items[1].bar\"")]
    [InlineData("""{"spec":{"replicas":1,"replicas":2}}""", "duplicate field \"spec.replicas\"")]
    [InlineData("""{"labels":{"a":"1","b":"2","a":"3"}}""", "duplicate field \"labels.a\"")]
    [InlineData("""{"spec":{"bogus":1,"replicas":1,"replicas":2}}""", "unknown field \"spec.bogus\", duplicate field \"spec.replicas\"")]
    public void Unknown_and_repeated_fields_are_named_with_their_path(string json, string expected) =>
        Assert.Equal(expected, string.Join(", ", Check(json).Strict));

    [Fact]
    public void The_text_of_a_refusal_is_upstreams() =>
        Assert.Equal("strict decoding error: unknown field \"a\", unknown field \"b\"", Check("""{"a":1,"b":2}""").StrictError);

    [Fact]
    public void A_good_document_has_no_findings() =>
        Assert.Same(DecodeFindings.None, Check("""{"labels":{"a":"1"},"spec":{"replicas":3,"items":[{"name":"x","port":"http"}],"raw":{"any":[1,{}]},"when":null}}"""));

    [Theory]
    [InlineData("""{"spec":{"replicas":"3"}}""", "json: cannot unmarshal string into Go struct field ThingSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":1.5}}""", "json: cannot unmarshal number 1.5 into Go struct field ThingSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":1e3}}""", "json: cannot unmarshal number 1e3 into Go struct field ThingSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":3000000000}}""", "json: cannot unmarshal number 3000000000 into Go struct field ThingSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"items":{}}}""", "json: cannot unmarshal object into Go struct field ThingSpec.spec.items of type []v1.Item")]
    [InlineData("""{"spec":{"items":[{"name":7}]}}""", "json: cannot unmarshal number into Go struct field Item.spec.items.name of type string")]
    [InlineData("""{"spec":[]}""", "json: cannot unmarshal array into Go struct field Thing.spec of type v1.ThingSpec")]
    [InlineData("""{"labels":{"a":true}}""", "json: cannot unmarshal bool into Go struct field Thing.labels.a of type string")]
    [InlineData("""[]""", "json: cannot unmarshal array into Go value of type v1.Thing")]
    [InlineData("""{"spec":{"items":[{"port":true}]}}""", "json: cannot unmarshal bool into Go value of type int32")]
    [InlineData("""{"spec":{"memory":"lots"}}""", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("""{"spec":{"memory":"1KM"}}""", "unable to parse quantity's suffix")]
    [InlineData("""{"spec":{"when":"yesterday"}}""", "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"")]
    [InlineData("""{"spec":{"when":"2024-01-02 03:04:05Z"}}""", "parsing time \"2024-01-02 03:04:05Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \" 03:04:05Z\" as \"T\"")]
    public void A_value_of_a_wrong_type_is_Gos_decoding_error(string json, string expected) => Assert.Equal(expected, Check(json).Error);

    [Theory]
    [InlineData("\"100m\"")]
    [InlineData("\"1.5Gi\"")]
    [InlineData("\"12e6\"")]
    [InlineData("\"1E\"")]
    [InlineData("2")]
    [InlineData("0.5")]
    public void Quantities_come_as_text_or_number(string quantity) => Assert.Null(Check($$$"""{"spec":{"memory":{{{quantity}}}}}""").Error);

    [Theory]
    [InlineData("2024-01-02T03:04:05Z")]
    [InlineData("2024-01-02T03:04:05.123456Z")]
    [InlineData("2024-01-02T03:04:05+02:00")]
    public void Times_come_with_any_fraction_and_zone(string time) => Assert.Null(Check($$$"""{"spec":{"when":"{{{time}}}"}}""").Error);

    [Fact]
    public void Custom_resources_are_not_type_checked_here() =>
        Assert.Same(DecodeFindings.None, StrictDecoding.Check("""{"n":"x"}"""u8, Schemas.WithProperties("\"n\":{\"type\":\"integer\"}")));

    [Fact]
    public void Fields_under_preserve_unknown_fields_are_known_but_may_not_repeat()
    {
        SchemaNode schema = Schemas.WithProperties("\"free\":{\"type\":\"object\",\"x-kubernetes-preserve-unknown-fields\":true}");

        DecodeFindings findings = StrictDecoding.Check("""{"free":{"a":{"b":1,"b":2}},"other":1}"""u8, schema);

        Assert.Equal(["duplicate field \"free.a.b\"", "unknown field \"other\""], findings.Strict);
    }

    [Fact]
    public void Bad_json_says_where()
    {
        string? error = Check("{\"spec\":\n  {\"replicas\":}}").Error;

        Assert.StartsWith("invalid JSON at line 2, byte 15: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_depth_bomb_is_refused() => Assert.StartsWith("invalid JSON", Check(new string('[', 5000)).Error, StringComparison.Ordinal);

    [Fact]
    public void A_document_over_three_mebibytes_is_refused()
    {
        byte[] large = Encoding.UTF8.GetBytes("{\"labels\":{\"a\":\"" + new string('x', StrictDecoding.MaxBytes) + "\"}}");

        Assert.Contains("at most 3145728 are taken", StrictDecoding.Check(large, Thing).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_are_bounded_and_large_maps_are_quick()
    {
        var json = new StringBuilder("{\"labels\":{");
        for (int i = 0; i < 60_000; i++)
            json.Append("\"k").Append(i).Append("\":\"\",");
        json.Append("\"k1\":\"\"}");
        for (int i = 0; i < 500; i++)
            json.Append(",\"x").Append(i).Append("\":1");
        json.Append('}');

        DecodeFindings findings = Check(json.ToString());

        Assert.Equal(StrictDecoding.MaxFindings, findings.Strict.Count);
        Assert.Equal("duplicate field \"labels.k1\"", findings.Strict[0]);
    }

    private static DecodeFindings Check(string json) => StrictDecoding.Check(Encoding.UTF8.GetBytes(json), Thing);

    private static SchemaNode BuiltInThing()
    {
        SchemaNode item = Schemas.BuiltIn("Item", """
            "name":{"type":"string"},"port":{"x-kubernetes-int-or-string":true}
            """);
        SchemaNode spec = Schemas.BuiltIn("ThingSpec", """
            "replicas":{"type":"integer","format":"int32"},"memory":{"type":"string","format":"quantity"},
            "when":{"type":"string","format":"date-time"},"raw":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"items":{"type":"array"}
            """);
        spec.Properties!["items"].Items = item;
        spec.Properties["raw"].DefinitionName = "io.k8s.apimachinery.pkg.runtime.RawExtension";
        SchemaNode thing = Schemas.BuiltIn("Thing", """
            "labels":{"type":"object","additionalProperties":{"type":"string"}}
            """);
        thing.Properties!["spec"] = spec;
        return thing;
    }
}
