// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;
using Xunit;

namespace Pelago.Kube.Tests.Schema;

public class DefaultingTests
{
    private static readonly SchemaNode Schema = Schemas.WithProperties("""
        "size":{"type":"integer","default":3},
        "mode":{"type":"string","default":"fast","nullable":true},
        "inner":{"type":"object","properties":{"a":{"type":"string","default":"x"},"b":{"type":"string"}}},
        "made":{"type":"object","default":{"b":"y"},"properties":{"a":{"type":"string","default":"x"},"b":{"type":"string"}}},
        "list":{"type":"array","items":{"type":"object","properties":{"p":{"type":"integer","default":1}}}},
        "map":{"type":"object","additionalProperties":{"type":"object","properties":{"p":{"type":"integer","default":1}}}},
        "plain":{"type":"string"}
        """);

    [Theory]
    [InlineData("{}", """{"size":3,"mode":"fast","made":{"b":"y","a":"x"}}""")]
    [InlineData("""{"size":0,"mode":"slow","made":{}}""", """{"size":0,"mode":"slow","made":{"a":"x"}}""")]
    [InlineData("""{"size":null,"mode":null,"made":null,"plain":null}""", """{"mode":null,"size":3,"made":{"b":"y","a":"x"}}""")]
    [InlineData("""{"size":1,"mode":"m","made":{"a":"q"},"inner":{},"list":[{},{"p":2}],"map":{"k":{}}}""",
        """{"size":1,"mode":"m","made":{"a":"q"},"inner":{"a":"x"},"list":[{"p":1},{"p":2}],"map":{"k":{"p":1}}}""")]
    public void Defaults_fill_what_is_absent_or_wrongly_null(string document, string expected)
    {
        JsonNode json = Schemas.Json(document)!;

        Defaulting.Apply(json, Schema);

        Assert.Equal(expected, Schemas.Text(json));
    }

    [Fact]
    public void What_is_filled_in_is_a_copy()
    {
        JsonNode first = Schemas.Json("{}")!, second = Schemas.Json("{}")!;

        Defaulting.Apply(first, Schema);
        first["made"]!["b"] = "changed";
        Defaulting.Apply(second, Schema);

        Assert.Equal("y", (string?)second["made"]!["b"]);
    }

    [Fact]
    public void Zero_values_that_are_always_written_get_their_own_defaults()
    {
        SchemaNode schema = Schemas.BuiltIn("Thing", """
            "status":{"type":"object","x-pelago-zero":"written","properties":{"phase":{"type":"string","default":"Pending"},
                      "replicas":{"type":"integer","x-pelago-zero":"written"},"ready":{"type":"boolean","x-pelago-zero":"written"},
                      "names":{"type":"array","x-pelago-zero":"written"},"when":{"type":"string","format":"date-time","x-pelago-zero":"written"}}}
            """);
        JsonNode json = Schemas.Json("{}")!;

        Defaulting.Apply(json, schema);

        Assert.Equal("""{"status":{"phase":"Pending","replicas":0,"ready":false,"names":[]}}""", Schemas.Text(json));
    }

    [Fact]
    public void A_schema_that_contains_itself_ends()
    {
        SchemaNode node = Schemas.WithProperties("\"d\":{\"type\":\"integer\",\"default\":1}");
        node.Properties!["child"] = node;
        JsonNode json = Schemas.Json("""{"child":{"child":{}}}""")!;

        Defaulting.Apply(json, node);

        Assert.Equal("""{"child":{"child":{"d":1},"d":1},"d":1}""", Schemas.Text(json));
    }
}
