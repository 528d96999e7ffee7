// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Schema;

public class ValidationTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "\"x\"", "spec.f: Invalid value: \"string\": spec.f in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer"}""", "1.5", "spec.f: Invalid value: \"number\": spec.f in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"string"}""", "null", "spec.f: Invalid value: \"null\": spec.f in body must be of type string: \"null\"")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", "spec.f: Invalid value: \"boolean\": spec.f in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"type":"integer","minimum":1}""", "0", "spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 1")]
    [InlineData("""{"type":"number","minimum":1,"exclusiveMinimum":true}""", "1", "spec.f: Invalid value: 1: spec.f in body should be greater than 1")]
    [InlineData("""{"type":"number","maximum":0.5}""", "0.75", "spec.f: Invalid value: 0.75: spec.f in body should be less than or equal to 0.5")]
    [InlineData("""{"type":"integer","multipleOf":5}""", "7", "spec.f: Invalid value: 7: spec.f in body should be a multiple of 5")]
    [InlineData("""{"type":"string","minLength":3}""", "\"ab\"", "spec.f: Invalid value: \"ab\": spec.f in body should be at least 3 chars long")]
    [InlineData("""{"type":"string","maxLength":3}""", "\"abcd\"", "spec.f: Too long: may not be more than 3 bytes")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"ab\"", "spec.f: Invalid value: \"ab\": spec.f in body should match '^a+$'")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"10.0\"", "spec.f: Invalid value: \"10.0\": spec.f in body must be of type ipv4: \"10.0\"")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"x\"", "spec.f: Unsupported value: \"x\": supported values: \"a\", \"b\"")]
    [InlineData("""{"type":"integer","enum":[1,2]}""", "3", "spec.f: Unsupported value: 3: supported values: \"1\", \"2\"")]
    [InlineData("""{"type":"array","minItems":1}""", "[]", "spec.f: Invalid value: 0: spec.f in body should have at least 1 items")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "spec.f: Too many: 2: must have at most 1 item")]
    [InlineData("""{"type":"object","minProperties":1}""", "{}", "spec.f: Invalid value: 0: spec.f in body should have at least 1 properties")]
    [InlineData("""{"type":"object","required":["a"]}""", "{}", "spec.f.a: Required value")]
    [InlineData("""{"type":"array","items":{"type":"object","required":["a"]}}""", "[{\"a\":1},{}]", "spec.f[1].a: Required value")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", "{\"k\":1}", "spec.f.k: Invalid value: \"integer\": spec.f.k in body must be of type string: \"integer\"")]
    [InlineData("""{"type":"object","not":{"required":["a"]}}""", "{\"a\":1}", "<nil>: Invalid value: \"\": \"spec.f\" must not validate the schema (not)")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}""", "[\"a\",\"b\",\"a\",\"a\"]", "spec.f[2]: Duplicate value: \"a\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object"}}""",
        "[{\"name\":\"a\",\"v\":1},{\"name\":\"a\",\"v\":2}]", "spec.f[1]: Duplicate value: {\"name\":\"a\"}")]
    public void A_fault_is_worded_as_upstream_words_it(string schema, string value, string expected)
    {
        SchemaNode root = Schemas.WithProperties($$$"""
            "spec":{"type":"object","properties":{"f":{{{schema}}}}}
            """);

        IReadOnlyList<StatusCause> causes = Validation.Validate(Schemas.Json($$$"""{"spec":{"f":{{{value}}}}}"""), root);

        StatusCause cause = Assert.Single(causes);
        Assert.Equal(expected, $"{cause.Field}: {cause.Message}");
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.0")]
    [InlineData("""{"type":"integer","format":"int64"}""", "9223372036854775807")]
    [InlineData("""{"type":"string","nullable":true}""", "null")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "\"80%\"")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "80")]
    [InlineData("""{"type":"string","pattern":"^\\pL[[:digit:]]\\d$"}""", "\"é12\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"😀\"")]
    [InlineData("""{"type":"string","format":"nobody-knows"}""", "\"x\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-01-02T03:04:05.1Z\"")]
    [InlineData("""{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]}""", "{\"b\":1}")]
    [InlineData("""{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}""", "{\"b\":1}")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}}""", "[1,2,3]")]
    public void What_the_schema_allows_passes(string schema, string value) =>
        Assert.Empty(Validation.Validate(Schemas.Json($$$"""{"f":{{{value}}}}"""), Schemas.WithProperties($"\"f\":{schema}")));

    [Theory]
    [InlineData("""{"anyOf":[{"required":["a"]},{"required":["b"]}]}""", "{}", "\"f\" must validate at least one schema (anyOf)")]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}]}""", "{}", "\"f\" must validate one and only one schema (oneOf). Found none valid")]
    [InlineData("""{"oneOf":[{"required":["a"]},{"required":["b"]}]}""", "{\"a\":1,\"b\":1}",
        "\"f\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    [InlineData("""{"allOf":[{"required":["a"]},{"required":["b"]}]}""", "{\"a\":1}", "\"f\" must validate all the schemas (allOf)")]
    public void Combinations_say_which_one_failed(string schema, string value, string expected)
    {
        IReadOnlyList<StatusCause> causes = Validation.Validate(Schemas.Json($$$"""{"f":{{{value}}}}"""), Schemas.WithProperties($"\"f\":{schema}"));

        Assert.Contains(causes, cause => cause.Field == "<nil>" && cause.Message == $"Invalid value: \"\": {expected}");
    }

    [Fact]
    public void Built_in_types_are_held_to_required_fields_and_enums_only()
    {
        SchemaNode schema = Schemas.BuiltIn("Thing", """
            "name":{"type":"string"},"kind":{"type":"string","enum":["a"]},"count":{"type":"integer","format":"int32"},
            "state":{"type":"string","x-pelago-zero":"written"}
            """);
        schema.Required = ["name", "state"];

        IEnumerable<string> causes = Validation.Validate(Schemas.Json("""{"kind":"b","count":"1"}"""), schema).Select(cause => $"{cause.Field}: {cause.Message}");

        Assert.Equal(["kind: Unsupported value: \"b\": supported values: \"a\"", "name: Required value"], causes);
    }

    [Fact]
    public void A_pattern_that_backtracks_badly_is_still_quick()
    {
        SchemaNode schema = Schemas.WithProperties("\"f\":{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}");

        IReadOnlyList<StatusCause> causes = Validation.Validate(Schemas.Json($$"""{"f":"{{new string('a', 50_000)}}!"}"""), schema);

        Assert.Single(causes);
    }

    [Fact]
    public void Causes_are_bounded()
    {
        SchemaNode schema = Schemas.WithProperties("\"f\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}");
        string numbers = string.Join(",", Enumerable.Range(0, 5000));

        Assert.Equal(Validation.MaxCauses, Validation.Validate(Schemas.Json($$"""{"f":[{{numbers}}]}"""), schema).Count);
    }
}
