// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.CustomResources;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.CustomResources;

/// <summary>Fields and texts were compared with those of a kube-apiserver.</summary>
public class SchemaRulesTests
{
    [Theory]
    [InlineData("""{"properties":{}}""", "openAPIV3Schema.type: Required value: must not be empty at the root")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", "openAPIV3Schema.type: Invalid value: \"array\": must be object at the root")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", "openAPIV3Schema.additionalProperties: Forbidden: must not be used at the root")]
    [InlineData("""{"type":"object","nullable":true}""", "openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root")]
    [InlineData("""{"type":"object","not":{"properties":{"c":{"minimum":1}}}}""",
        "openAPIV3Schema.properties[c]: Required value: because it is defined in openAPIV3Schema.not.properties[c]")]
    public void The_root_is_an_object(string schema, string cause) => Assert.Equal([cause], Check(schema));

    [Theory]
    [InlineData("""{}""", ".type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"array"}""", ".items: Required value: must be specified")]
    [InlineData("""{"type":"array","items":{}}""", ".items.type: Required value: must not be empty for specified array items")]
    [InlineData("""{"type":"array","items":[{"type":"string"}]}""", ".items: Forbidden: items must be a schema object and not an array")]
    [InlineData("""{"type":"text"}""", ".type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("""{"type":"string","anyOf":[{"type":"string"}]}""", ".anyOf[0].type: Forbidden: must be empty to be structural")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"type":"string"}}""",
        ".uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [InlineData("""{"type":"string","$ref":"#/x"}""", ".$ref: Forbidden: $ref is not supported")]
    [InlineData("""{"type":"object","patternProperties":{"a":{"type":"string"}}}""", ".patternProperties: Forbidden: patternProperties is not supported")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"},"properties":{"b":{"type":"string"}}}""",
        ".additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":false}""", ".x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined")]
    [InlineData("""{"x-kubernetes-int-or-string":true,"x-kubernetes-preserve-unknown-fields":true}""",
        ".x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true")]
    [InlineData("""{"type":"object","x-kubernetes-embedded-resource":true}""",
        ".properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}""",
        ".x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}""",
        ".items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("""{"type":"integer","default":"x"}""",
        ".default: Invalid value: \"string\":  in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer","minimum":3,"default":1}""", ".default: Invalid value: 1:  in body should be greater than or equal to 3")]
    [InlineData("""{"type":"object","required":["b"],"properties":{"b":{"type":"string"}},"default":{}}""", ".default.b: Required value")]
    [InlineData("""{"type":"object","properties":{"b":{"type":"string"}},"default":{"c":1}}""", ".default: Invalid value: {\"c\":1}: must not have unknown fields")]
    public void A_field_says_what_it_is(string property, string cause)
    {
        const string path = "openAPIV3Schema.properties[a]";

        IReadOnlyList<string> causes = Check($$$"""{"type":"object","properties":{"a":{{{property}}}}}""");

        Assert.Equal([path + cause], causes);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"allOf":[{"anyOf":[{"type":"integer"},{"type":"string"}]},{"minimum":1}]}}}""")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","maxLength":3}}}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}""")]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","oneOf":[{"required":["b"]},{"required":["c"]}],"properties":{"b":{"type":"string"},"c":{"type":"string"}}}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","default":[{}],"items":{"type":"object","properties":{"b":{"type":"string","default":"x"}}}}}}""")]
    public void A_structural_schema_passes(string schema) => Assert.Empty(Check(schema));

    [Theory]
    [InlineData("""{"type":"object","properties":{"labels":{"type":"object"}}}""",
        "openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [InlineData("""{"type":"string"}""", "openAPIV3Schema.properties[metadata].type: Invalid value: \"string\": must be object")]
    public void Metadata_can_only_restrict_names(string metadata, string cause) =>
        Assert.Equal([cause], Check($$$"""{"type":"object","properties":{"metadata":{{{metadata}}}}}"""));

    [Fact]
    public void With_a_status_subresource_the_root_keeps_to_what_can_be_checked_apart()
    {
        var causes = new List<StatusCause>();

        SchemaRules.Check((JsonObject)JsonNode.Parse("""{"type":"object","maxProperties":3}""")!, "spec.validation", hasStatus: true, causes);

        Assert.Equal("spec.validation.openAPIV3Schema", Assert.Single(causes).Field);
        Assert.EndsWith("fields are allowed at the root of the schema if the status subresource is enabled", causes[0].Message, StringComparison.Ordinal);
    }

    private static List<string> Check(string schema)
    {
        var causes = new List<StatusCause>();
        SchemaRules.Check((JsonObject)JsonNode.Parse(schema)!, "x", hasStatus: false, causes);
        return [.. causes.Select(cause => $"{cause.Field}: {cause.Message}".Replace("x.openAPIV3Schema", "openAPIV3Schema", StringComparison.Ordinal))];
    }
}
