// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

/// <summary>Definitions as objects of their own: watched, listed, their status, and what a changed default means for stored objects.</summary>
public sealed class DefinitionObjectTests(TestCluster cluster) : DefinitionTest(cluster)
{
    [Fact]
    public async Task Watchers_of_definitions_see_them_come_change_and_go()
    {
        using RawWatch watch = await Api.WatchAsync($"{Definitions}?watch=true&fieldSelector=metadata.name%3Dgoats.{Group}");

        await DefineAsync("goats", "Goat", $"[{Version("v1")}]");
        await Api.PatchAsync($"{Definitions}/goats.{Group}", "merge-patch+json", """{"metadata":{"labels":{"seen":"yes"}}}""");
        await ForgetAsync("goats");

        await watch.ExpectAsync("ADDED", $"goats.{Group}");
        var types = new List<string>();
        bool labelled = false;
        while (types.LastOrDefault() != "DELETED")
        {
            WatchLine line = (await watch.NextAsync())!;
            labelled |= line.Object["metadata"]!["labels"]?["seen"]?.GetValue<string>() == "yes";
            types.Add(line.Type);
        }

        Assert.True(labelled);
        Assert.All(types.SkipLast(1), type => Assert.Equal("MODIFIED", type));
    }

    [Fact]
    public async Task Definitions_are_listed_and_deleted_by_label()
    {
        string marked = $"labelSelector=mark%3D{Namespace}";
        for (int i = 0; i < 3; i++)
            (await Api.PostAsync(Definitions, Definition($"beasts{i}", $"Beast{i}", Group, $"[{Version("v1")}]", labels: $$"""{"mark":"{{Namespace}}"}"""))).Expect(201);
        await DefineAsync("bystanders", "Bystander", $"[{Version("v1")}]");

        Assert.Equal(3, (await Api.GetAsync($"{Definitions}?{marked}")).Expect(200).Json["items"]!.AsArray().Count);
        (await Api.DeleteAsync($"{Definitions}?{marked}")).Expect(200);

        await Until(async () => (await Api.GetAsync($"{Definitions}?{marked}")).Json["items"]!.AsArray().Count == 0, "the marked ones are gone");
        (await Api.GetAsync($"{Definitions}/bystanders.{Group}")).Expect(200);
    }

    [Fact]
    public async Task Status_of_a_definition_is_read_updated_and_patched()
    {
        await DefineAsync("goats", "Goat", $"[{Version("v1")}]");
        string status = $"{Definitions}/goats.{Group}/status";

        JsonObject read = (await Api.GetAsync(status)).Expect(200).Json;
        read["status"]!["conditions"]!.AsArray().Add(new JsonObject { ["type"] = "StatusUpdate", ["status"] = "True", ["reason"] = "Tested", ["message"] = "updated" });
        RawAnswer updated = (await Api.PutAsync(status, read.ToJsonString())).Expect(200);
        RawAnswer patched = (await Api.PatchAsync(status, "json-patch+json", """[{"op":"add","path":"/status/conditions/-","value":{"type":"StatusPatch","status":"True","reason":"Tested","message":"patched"}}]""")).Expect(200);

        Assert.Contains("StatusUpdate", updated.Text, StringComparison.Ordinal);
        Assert.Contains("StatusPatch", patched.Text, StringComparison.Ordinal);
        Assert.Contains("StatusUpdate", (await Api.GetAsync($"{Definitions}/goats.{Group}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_are_in_the_discovery_documents()
    {
        JsonObject groups = (await Api.GetAsync("/apis")).Expect(200).Json;
        JsonObject group = (await Api.GetAsync("/apis/apiextensions.k8s.io")).Expect(200).Json;
        JsonObject resources = (await Api.GetAsync("/apis/apiextensions.k8s.io/v1")).Expect(200).Json;

        Assert.Contains(groups["groups"]!.AsArray(), each => each!["name"]!.GetValue<string>() == "apiextensions.k8s.io");
        Assert.Equal("apiextensions.k8s.io/v1", group["preferredVersion"]!["groupVersion"]!.GetValue<string>());
        Assert.Contains(resources["resources"]!.AsArray(), each => each!["name"]!.GetValue<string>() == "customresourcedefinitions");
    }

    [Fact]
    public async Task Defined_kind_is_in_aggregated_discovery()
    {
        TestCluster.NotOn(Cluster.MinorVersion < 30, "aggregated discovery v2 is served from 1.30 on");
        await DefineAsync("goats", "Goat", $"[{Version("v1")}]");

        await Until(
            async () => (await Api.GetAsync("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).Expect(200).Json["items"]!.AsArray()
                .Where(group => group!["metadata"]!["name"]!.GetValue<string>() == Group)
                .Any(group => group!["versions"]![0]!["resources"]![0]!["responseKind"]!["kind"]!.GetValue<string>() == "Goat"),
            "the kind is listed");
    }

    [Fact]
    public async Task New_default_shows_in_objects_that_were_stored_before_it()
    {
        await DefineAsync("goats", "Goat", $"[{Version("v1", Schema(""))}]");
        string goats = Collection("goats");
        (await Api.PostAsync(goats, Goat("old"))).Expect(201);

        await DefaultAsync(Schema(""" "a":{"type":"string","default":"A"} """));
        await Until(async () => (await Api.GetAsync(goats + "/old")).Json["a"]?.GetValue<string>() == "A", "the default shows in the stored object");
        JsonObject young = (await Api.PostAsync(goats, Goat("young"))).Expect(201).Json;
        await DefaultAsync(Schema(""" "a":{"type":"string"},"b":{"type":"string","default":"B"} """));

        Assert.Equal("A", young["a"]!.GetValue<string>());
        await Until(async () => (await Api.GetAsync(goats + "/young")).Json["b"]?.GetValue<string>() == "B", "the other default shows");
        Assert.Equal("A", (await Api.GetAsync(goats + "/young")).Json["a"]!.GetValue<string>());
        Assert.Null((await Api.GetAsync(goats + "/old")).Json["a"]);
    }

    private static string Schema(string properties) => $$$"""{"type":"object","properties":{ {{{properties}}} } }""";

    private string Goat(string name) => $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"Goat","metadata":{"name":"{{{name}}}"}}""";

    private async Task DefaultAsync(string schema) =>
        (await Api.PatchAsync($"{Definitions}/goats.{Group}", "json-patch+json", $$"""[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema","value":{{schema}}}]""")).Expect(200);
}
