// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class PatchTests(TestCluster cluster) : ApiTest(cluster)
{
    private const string Deployment = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"one","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},{"name":"two","image":"j"}]}}}}""";

    private async Task<JsonArray> ContainersAsync() =>
        (await Api.GetAsync(Path("apps/v1/deployments", "d"))).Expect(200).Json["spec"]!["template"]!["spec"]!["containers"]!.AsArray();

    [Fact]
    public async Task Strategic_merge_matches_list_elements_by_their_key_and_deletes_on_demand()
    {
        (await Api.PostAsync(Path("apps/v1/deployments"), Deployment)).Expect(201);

        (await Api.PatchAsync(Path("apps/v1/deployments", "d"), "strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"one","env":[{"name":"B","$patch":"delete"},{"name":"C","value":"3"}]},{"name":"two","$patch":"delete"}]}}}}""")).Expect(200);

        JsonArray containers = await ContainersAsync();
        Assert.Single(containers);
        Assert.Equal(["A", "C"], containers[0]!["env"]!.AsArray().Select(env => env!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Merge_patch_replaces_lists_whole_and_null_deletes()
    {
        (await Api.PostAsync(Path("apps/v1/deployments"), Deployment)).Expect(201);

        (await Api.PatchAsync(Path("apps/v1/deployments", "d"), "merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"three","image":"k","env":null}]}}}}""")).Expect(200);

        Assert.Equal("three", Assert.Single(await ContainersAsync())!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Json_patch_tests_moves_and_removes()
    {
        (await Api.PostAsync(Path("configmaps"), ConfigMap("c", """{"a":"1","b":"2"}"""))).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("configmaps", "c"), "json-patch+json", """[{"op":"test","path":"/data/a","value":"1"},{"op":"move","from":"/data/a","path":"/data/c.d"},{"op":"remove","path":"/data/b"}]""");

        Assert.Equal("""{"c.d":"1"}""", answer.Expect(200).Json["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("json-patch+json", """[{"op":"test","path":"/data/a","value":"9"}]""", 422)]
    [InlineData("json-patch+json", """[{"op":"fly","path":"/data/a"}]""", 422)]
    [InlineData("json-patch+json", """{"not":"an array"}""", 400)]
    [InlineData("merge-patch+json", "[1]", 400)]
    [InlineData("strategic-merge-patch+json", """{"data":"text"}""", 422)]
    public async Task Patches_that_cannot_apply_are_refused(string type, string patch, int code)
    {
        (await Api.PostAsync(Path("configmaps"), ConfigMap("c", """{"a":"1"}"""))).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("configmaps", "c"), type, patch);

        // A merge patch that is no object was found out later before 1.27.
        Assert.True(answer.Code == (patch == "[1]" && Cluster.MinorVersion < 27 ? 422 : code), answer.Text);
        Assert.Equal("""{"a":"1"}""", (await Api.GetAsync(Path("configmaps", "c"))).Json["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Unknown_patch_type_is_unsupported()
    {
        (await Api.PostAsync(Path("configmaps"), ConfigMap("c"))).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("configmaps", "c"), "json", "{}");

        Assert.Equal(415, answer.Code);
    }

    [Fact]
    public async Task Patch_of_what_is_not_there_is_404_but_apply_creates()
    {
        RawAnswer missing = await Api.PatchAsync(Path("configmaps", "c"), "merge-patch+json", "{}");
        RawAnswer applied = await Api.PatchAsync(Path("configmaps", "c", "fieldManager=me"), "apply-patch+yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: \"1\"\n");

        Assert.Equal(404, missing.Code);
        Assert.Equal(201, applied.Code);
        Assert.Equal("Apply", applied.Json["metadata"]!["managedFields"]![0]!["operation"]!.GetValue<string>());
    }

    [Fact]
    public async Task Apply_drops_what_the_manager_no_longer_wants_and_keeps_what_others_own()
    {
        (await Api.PatchAsync(Path("configmaps", "c", "fieldManager=me"), "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"mine":"1","old":"1"}}""")).Expect(201);
        (await Api.PatchAsync(Path("configmaps", "c", "fieldManager=you"), "merge-patch+json", """{"data":{"yours":"1"}}""")).Expect(200);

        RawAnswer again = await Api.PatchAsync(Path("configmaps", "c", "fieldManager=me"), "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"mine":"2"}}""");

        Assert.Equal(["mine=2", "yours=1"], again.Expect(200).Json["data"]!.AsObject().Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Apply_over_another_manager_conflicts_with_a_cause_per_field()
    {
        (await Api.PatchAsync(Path("configmaps", "c", "fieldManager=alice"), "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"}}""")).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("configmaps", "c", "fieldManager=bob"), "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"2"}}""");

        Assert.Equal(409, answer.Code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"alice\": .data.a", answer.Message);
        JsonNode cause = answer.Json["details"]!["causes"]![0]!;
        Assert.Equal("FieldManagerConflict", cause["reason"]!.GetValue<string>());
        Assert.Equal(".data.a", cause["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task Apply_without_a_manager_is_a_bad_request()
    {
        RawAnswer answer = await Api.PatchAsync(Path("configmaps", "c"), "apply-patch+yaml", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}""");

        Assert.InRange(answer.Code, 400, 422);
        Assert.Contains("fieldManager", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_patches_of_one_object_all_arrive()
    {
        (await Api.PostAsync(Path("configmaps"), ConfigMap("c"))).Expect(201);

        RawAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Api.PatchAsync(Path("configmaps", "c"), "merge-patch+json", $$$"""{"data":{"k{{{i}}}":"v"}}""")));

        Assert.All(answers, answer => Assert.Equal(200, answer.Code));
        Assert.Equal(4, (await Api.GetAsync(Path("configmaps", "c"))).Json["data"]!.AsObject().Count);
    }
}
