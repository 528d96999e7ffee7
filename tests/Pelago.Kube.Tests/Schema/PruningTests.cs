// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Schema;

public class PruningTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("""{"list":[{"x":1,"y":2},{"y":3}]}""", """{"list":[{"x":1},{}]}""")]
    [InlineData("""{"map":{"k":{"x":1,"y":2}}}""", """{"map":{"k":{"x":1}}}""")]
    [InlineData("""{"free":{"x":1,"deep":{"q":1}}}""", """{"free":{"x":1,"deep":{"q":1}}}""")]
    [InlineData("""{"free":{"known":{"x":1,"y":2}}}""", """{"free":{"known":{"x":1}}}""")]
    [InlineData("""{"any":{"x":[{"y":null}]}}""", """{"any":{"x":[{"y":null}]}}""")]
    [InlineData("""{"a":null}""", """{"a":null}""")]
    public void Fields_that_a_custom_schema_does_not_know_go(string document, string expected)
    {
        SchemaNode schema = Schemas.WithProperties("""
            "a":{"type":"integer"},
            "list":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}},
            "map":{"type":"object","additionalProperties":{"type":"object","properties":{"x":{"type":"integer"}}}},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,
                    "properties":{"known":{"type":"object","properties":{"x":{"type":"integer"}}}}},
            "any":{"x-kubernetes-preserve-unknown-fields":true}
            """);

        Assert.Equal(expected, Pruned(document, schema));
    }

    [Theory]
    [InlineData("""{"text":"","count":0,"flag":false,"list":[],"labels":{}}""", "{}")]
    [InlineData("""{"text":null,"pointer":null}""", "{}")]
    [InlineData("""{"pointer":0}""", """{"pointer":0}""")]
    [InlineData("""{"written":""}""", """{"written":""}""")]
    [InlineData("""{"labels":{"a":null,"b":"x"}}""", """{"labels":{"a":"","b":"x"}}""")]
    [InlineData("""{"list":["a",null]}""", """{"list":["a",""]}""")]
    [InlineData("""{"raw":{"a":null}}""", """{"raw":{"a":null}}""")]
    [InlineData("""{"unknown":1,"text":"x"}""", """{"text":"x"}""")]
    public void Built_in_types_keep_what_Go_would_write_back(string document, string expected)
    {
        SchemaNode schema = Schemas.BuiltIn("Thing", """
            "text":{"type":"string","x-pelago-zero":"omitted"},"count":{"type":"integer","x-pelago-zero":"omitted"},
            "flag":{"type":"boolean","x-pelago-zero":"omitted"},"pointer":{"type":"integer"},
            "written":{"type":"string","x-pelago-zero":"written"},
            "list":{"type":"array","items":{"type":"string"},"x-pelago-zero":"omitted"},
            "labels":{"type":"object","additionalProperties":{"type":"string"},"x-pelago-zero":"omitted"},
            "raw":{"type":"object","x-kubernetes-preserve-unknown-fields":true}
            """);

        Assert.Equal(expected, Pruned(document, schema));
    }

    [Theory]
    [InlineData("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000000Z")]
    [InlineData("2024-01-02T03:04:05.9876543Z", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.987654Z")]
    [InlineData("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z", "2024-01-02T01:04:05.000000Z")]
    public void Times_are_kept_in_their_stored_form(string given, string time, string microTime)
    {
        SchemaNode schema = Schemas.BuiltIn("Thing", """
            "time":{"type":"string","format":"date-time"},"micro":{"type":"string","format":"date-time"}
            """);
        schema.Properties!["time"].DefinitionName = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
        schema.Properties["micro"].DefinitionName = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

        Assert.Equal($$"""{"time":"{{time}}","micro":"{{microTime}}"}""", Pruned($$"""{"time":"{{given}}","micro":"{{given}}"}""", schema));
    }

    private static string Pruned(string document, SchemaNode schema)
    {
        var json = (JsonObject)Schemas.Json(document)!;
        Pruning.Prune(json, schema);
        return Schemas.Text(json);
    }
}
