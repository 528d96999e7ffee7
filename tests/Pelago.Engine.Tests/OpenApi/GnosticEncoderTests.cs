// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.OpenApi;
using Xunit;

namespace Pelago.Engine.Tests.OpenApi;

public class GnosticEncoderTests
{
    private const string Swagger = """
        {"swagger":"2.0","info":{"title":"Kubernetes","version":"v1"},
         "paths":{"/api/v1/things/{name}":{
           "patch":{"description":"d","operationId":"patchThing","tags":["core_v1"],"x-kubernetes-group-version-kind":{"group":"","kind":"Thing","version":"v1"},
             "consumes":["application/json"],
             "parameters":[{"name":"body","in":"body","required":true,"schema":{"$ref":"#/definitions/Patch"}},
                           {"name":"dryRun","in":"query","description":"q","type":"string","uniqueItems":true}],
             "responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/Thing"}}}},
           "parameters":[{"name":"name","in":"path","description":"n","required":true,"type":"string","uniqueItems":true}]}},
         "definitions":{"Thing":{"type":"object","required":["a"],"properties":{
            "a":{"type":"integer","format":"int32","minimum":1.5,"maxLength":300},
            "list":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},
            "map":{"type":"object","additionalProperties":{"type":"string"}},"any":{"additionalProperties":true},
            "e":{"type":"string","enum":["x"],"default":"x"}}}}}
        """;

    [Fact]
    public void A_document_has_the_fields_of_the_gnostic_messages()
    {
        ProtoFields document = ProtoFields.Read(GnosticEncoder.Encode(Encoding.UTF8.GetBytes(Swagger)));

        Assert.Equal("2.0", document.Text(1));
        Assert.Equal("Kubernetes", document.Message(2).Text(1));
        ProtoFields path = document.Message(8).Message(2);
        Assert.Equal("/api/v1/things/{name}", path.Text(1));
        ProtoFields patch = path.Message(2).Message(8);
        Assert.Equal("core_v1", patch.Text(1));
        Assert.Equal("patchThing", patch.Text(5));
        Assert.Equal("application/json", patch.Text(7));
        Assert.Equal("x-kubernetes-group-version-kind", patch.Message(13).Text(1));
        Assert.Equal("""{"group":"","kind":"Thing","version":"v1"}""", patch.Message(13).Message(2).Text(2));
    }

    [Fact]
    public void Parameters_are_told_apart_by_where_they_are()
    {
        ProtoFields item = ProtoFields.Read(GnosticEncoder.Encode(Encoding.UTF8.GetBytes(Swagger))).Message(8).Message(2).Message(2);
        ProtoFields patch = item.Message(8);

        ProtoFields body = patch.Message(8, 0).Message(1).Message(1);
        ProtoFields query = patch.Message(8, 1).Message(1).Message(2).Message(3);
        ProtoFields path = item.Message(9).Message(1).Message(2).Message(4);

        Assert.Equal("#/definitions/Patch", body.Message(5).Text(1));
        Assert.Equal(("query", "dryRun", "string", 1L), (query.Text(2), query.Text(4), query.Text(6), query.Integer(20)));
        Assert.Equal(("path", "name", "string", 1L), (path.Text(2), path.Text(4), path.Text(5), path.Integer(1)));
    }

    [Fact]
    public void Schemas_keep_types_bounds_and_extensions()
    {
        ProtoFields thing = ProtoFields.Read(GnosticEncoder.Encode(Encoding.UTF8.GetBytes(Swagger))).Message(9).Message(1);
        Dictionary<string, ProtoFields> properties = thing.Message(2).Message(25).Messages(1).ToDictionary(each => each.Text(1), each => each.Message(2));

        Assert.Equal("Thing", thing.Text(1));
        Assert.Equal("a", thing.Message(2).Text(19));
        Assert.Equal(("integer", "int32", 1.5, 300L),
            (properties["a"].Message(22).Text(1), properties["a"].Text(2), properties["a"].Double(9), properties["a"].Integer(11)));
        Assert.Equal("string", properties["list"].Message(23).Message(1).Message(22).Text(1));
        Assert.Equal("\"set\"", properties["list"].Message(31).Message(2).Text(2));
        Assert.Equal("string", properties["map"].Message(21).Message(1).Message(22).Text(1));
        Assert.Equal(1, properties["any"].Message(21).Integer(2));
        Assert.Equal(("\"x\"", "\"x\""), (properties["e"].Message(20).Text(2), properties["e"].Message(5).Text(2)));
    }
}
