// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Schema;
using Xunit;

namespace Pelago.Packages.Tests.Schema;

public sealed class SchemaValidatorTests
{
    [Theory]
    [InlineData("""{"$ref": "#"}""", "1")]
    [InlineData("""{"definitions": {"a": {"allOf": [{"$ref": "#/definitions/b"}]}, "b": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}""", "1")]
    [InlineData("""{"$ref": "#/definitions/missing"}""", "1")]
    [InlineData("""{"$ref": "http://127.0.0.1:9/schema"}""", "1")]
    [InlineData("""{"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}""", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")]
    [InlineData("""{"pattern": "("}""", "\"a\"")]
    [InlineData("""{"definitions": {"a": {"allOf": [{"$ref": "#/definitions/b"}, {"$ref": "#/definitions/b"}]}, "b": {"allOf": [{"$ref": "#/definitions/c"}, {"$ref": "#/definitions/c"}]}, "c": {"additionalProperties": {"allOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}]}}}, "$ref": "#/definitions/a"}""", """{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}}}}}""")]
    public void A_schema_that_cannot_be_used_is_one_fault_and_takes_no_time(string schema, string value)
    {
        long start = Stopwatch.GetTimestamp();

        SchemaFault fault = Assert.Single(new SchemaValidator((JsonObject)Json(schema)!).Validate(Json(value)));

        Assert.Equal("$schema", fault.Rule);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "bounded");
    }

    [Fact]
    public void Patterns_that_together_take_too_long_are_refused()
    {
        var patterns = new SchemaPatterns(TimeSpan.Zero);
        Assert.True(patterns.IsMatch("^a+$", "aaa"));

        SchemaRefusedException refused = Assert.Throws<SchemaRefusedException>(() => patterns.IsMatch("^a+$", "aaa"));

        Assert.Equal("its patterns take too long", refused.Message);
    }

    [Fact]
    public void Of_a_document_that_is_wrong_in_very_many_places_not_all_is_said()
    {
        string name = new('n', 100_000);
        var document = new JsonObject { [name] = new JsonArray([.. Enumerable.Range(0, 10_000).Select(number => (JsonNode)number)]) };

        IReadOnlyList<SchemaFault> faults = new SchemaValidator((JsonObject)Json("""{"additionalProperties": {"items": {"type": "string"}}}""")!).Validate(document);

        Assert.Equal(("$schema", "more is wrong than is said"), (faults[^1].Rule, faults[^1].Found));
        Assert.InRange(faults.Sum(fault => fault.Pointer.Length), 1_000_000, 5_000_000);
    }

    [Fact]
    public void A_fault_names_where_which_rule_what_was_expected_and_what_is_there()
    {
        JsonObject schema = (JsonObject)Json("""
            {"properties": {"a/b": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 3}}}, "l": {"items": {"enum": ["x", "y"]}}}, "additionalProperties": false}
            """)!;

        IReadOnlyList<SchemaFault> faults = new SchemaValidator(schema).Validate(Json("""{"a/b": {"n": 1}, "l": ["x", "z"], "m": 1}"""));

        Assert.Equal(
            [
                "/a~1b/n: minimum: expected 3 or more, found number 1",
                "/l/1: enum: expected one of string \"x\", string \"y\", found string \"z\"",
                "the document: additionalProperties: expected only a/b, l, found field \"m\"",
            ],
            faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void What_looks_like_a_secret_is_not_shown()
    {
        IReadOnlyList<SchemaFault> faults = new SchemaValidator((JsonObject)Json("""{"properties": {"admin-password": {"minLength": 20}}}""")!).Validate(Json("""{"admin-password": "hunter2"}"""));

        Assert.Equal("a string that is not shown", Assert.Single(faults).Found);
    }

    [Theory]
    [InlineData("""{"type": "string"}""", "object of 1 field")]
    [InlineData("""{"enum": [{"password": "hunter2"}]}""", "object of 1 field")]
    [InlineData("""{"properties": {"admin": {"properties": {"password": {"type": "boolean"}}}}}""", "a string that is not shown")]
    public void A_secret_is_not_shown_with_what_it_is_in(string schema, string found)
    {
        SchemaFault fault = Assert.Single(new SchemaValidator((JsonObject)Json(schema)!).Validate(Json("""{"admin": {"password": "hunter3"}}""")));

        Assert.Equal(found, fault.Found);
        Assert.DoesNotContain("hunter", fault.ToString(), StringComparison.Ordinal);
    }

    private static JsonNode? Json(string text) => KubeJson.Parse(Encoding.UTF8.GetBytes(text));
}
