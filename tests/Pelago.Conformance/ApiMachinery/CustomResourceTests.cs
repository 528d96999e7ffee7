// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class CustomResourceTests(TestCluster cluster) : DefinitionTest(cluster)
{
    private string Sheep(string name = "", string sub = "") => $"/apis/{Group}/v1/namespaces/{Namespace}/sheep{(name.Length > 0 ? "/" + name : "")}{(sub.Length > 0 ? "/" + sub : "")}";

    private string One(string name, string rest) => $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Sheep","metadata":{"name":"{{{name}}}"},{{{rest}}}}""";

    private Task DefineAsync() => DefineAsync("sheep", "Sheep", """
        [{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.lambs","statusReplicasPath":".status.lambs"} },
          "additionalPrinterColumns":[{"name":"Colour","type":"string","jsonPath":".spec.colour"}],
          "schema":{"openAPIV3Schema":{"type":"object","properties":{
            "spec":{"type":"object","required":["colour"],"properties":{"colour":{"type":"string","enum":["white","black"]},"lambs":{"type":"integer","minimum":0,"default":2},
              "extra":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"list":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"} } },
            "status":{"type":"object","properties":{"lambs":{"type":"integer"} } } } } } }]
        """, """ ,"shortNames":["shp"],"categories":["flock"] """);

    [Fact]
    public async Task Defined_kind_is_served_defaulted_pruned_and_printed()
    {
        await DefineAsync();

        JsonObject dolly = (await Api.PostAsync(Sheep(), One("dolly", """ "spec":{"colour":"white","unknown":1,"extra":{"kept":true}},"status":{"lambs":9} """))).Expect(201).Json;
        JsonObject table = (await Api.GetAsync(Sheep(), "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200).Json;

        Assert.Equal(2, dolly["spec"]!["lambs"]!.GetValue<int>());
        Assert.Null(dolly["spec"]!["unknown"]);
        Assert.True(dolly["spec"]!["extra"]!["kept"]!.GetValue<bool>());
        Assert.Null(dolly["status"]);
        Assert.Equal("Colour", table["columnDefinitions"]![1]!["name"]!.GetValue<string>());
        Assert.Equal("white", table["rows"]![0]!["cells"]![1]!.GetValue<string>());
    }

    [Theory]
    [InlineData(""" "spec":{} """, "spec.colour: Required value")]
    [InlineData(""" "spec":{"colour":"green"} """, "spec.colour: Unsupported value: \"green\": supported values: \"white\", \"black\"")]
    [InlineData(""" "spec":{"colour":"black","lambs":-1} """, "spec.lambs: Invalid value: -1: spec.lambs in body should be greater than or equal to 0")]
    [InlineData(""" "spec":{"colour":"black","lambs":"two"} """, "spec.lambs: Invalid value: \"string\": spec.lambs in body must be of type integer: \"string\"")]
    [InlineData(""" "spec":{"colour":"black","list":["a","a"]} """, "spec.list[1]: Duplicate value: \"a\"")]
    public async Task Objects_are_held_to_the_schema(string rest, string message)
    {
        await DefineAsync();

        RawAnswer answer = await Api.PostAsync(Sheep(), One("bad", rest));

        Assert.Equal(422, answer.Code);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_scale_are_subresources()
    {
        await DefineAsync();
        (await Api.PostAsync(Sheep(), One("dolly", """ "spec":{"colour":"white"} """))).Expect(201);

        RawAnswer status = await Api.PatchAsync(Sheep("dolly", "status"), "merge-patch+json", """{"spec":{"colour":"black"},"status":{"lambs":4}}""");
        RawAnswer scaled = await Api.PatchAsync(Sheep("dolly", "scale"), "merge-patch+json", """{"spec":{"replicas":7}}""");
        JsonObject after = (await Api.GetAsync(Sheep("dolly"))).Expect(200).Json;

        Assert.Equal("white", status.Expect(200).Json["spec"]!["colour"]!.GetValue<string>());
        Assert.Equal(4, scaled.Expect(200).Json["status"]!["replicas"]!.GetValue<int>());
        Assert.Equal(7, after["spec"]!["lambs"]!.GetValue<int>());
        Assert.Equal(2, after["metadata"]!["generation"]!.GetValue<int>());
    }

    [Fact]
    public async Task Defined_kind_is_in_discovery_with_its_short_names()
    {
        await DefineAsync();

        JsonObject resources = (await Api.GetAsync($"/apis/{Group}/v1")).Expect(200).Json;

        JsonNode sheep = resources["resources"]!.AsArray().Single(resource => resource!["name"]!.GetValue<string>() == "sheep")!;
        Assert.Equal("Sheep", sheep["kind"]!.GetValue<string>());
        Assert.Equal("shp", sheep["shortNames"]![0]!.GetValue<string>());
        Assert.Equal("flock", sheep["categories"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Deleting_the_definition_deletes_its_objects_and_tells_their_watchers()
    {
        await DefineAsync();
        (await Api.PostAsync(Sheep(), One("dolly", """ "spec":{"colour":"white"} """))).Expect(201);
        using RawWatch watch = await Api.WatchAsync(Sheep() + "?watch=true");
        await watch.ExpectAsync("ADDED", "dolly");

        await ForgetAsync("sheep");

        WatchLine? line = await watch.NextAsync();
        while (line is { Type: "MODIFIED" })
            line = await watch.NextAsync();
        Assert.Equal("DELETED", line?.Type);
        await Until(async () => (await Api.GetAsync(Sheep())).Code == 404, "the path is gone");
    }

    [Fact]
    public async Task Definition_without_a_structural_schema_is_refused()
    {
        RawAnswer answer = await Api.PostAsync(Definitions, $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"goats.{{{Group}}}"},
             "spec":{"group":"{{{Group}}}","scope":"Namespaced","names":{"plural":"goats","kind":"Goat"},"versions":[{"name":"v1","served":true,"storage":true}]}}
            """);

        Assert.Equal(422, answer.Code);
        Assert.Contains("spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategic_merge_is_not_for_custom_kinds()
    {
        await DefineAsync();
        (await Api.PostAsync(Sheep(), One("dolly", """ "spec":{"colour":"white"} """))).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Sheep("dolly"), "strategic-merge-patch+json", "{}");

        Assert.Equal(415, answer.Code);
    }
}
