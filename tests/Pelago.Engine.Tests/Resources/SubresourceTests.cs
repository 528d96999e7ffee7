// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class SubresourceTests(EngineFixture engine)
{
    private const string Merge = "application/merge-patch+json";

    [Fact]
    public async Task The_main_path_writes_no_status_and_the_status_path_nothing_else()
    {
        string path = await DeploymentAsync();

        await engine.SendAsync("PATCH", path, """{"status":{"replicas":7},"spec":{"replicas":2}}""", Merge);
        Answer status = await engine.SendAsync("PATCH", path + "/status", """{"status":{"replicas":2},"spec":{"replicas":9}}""", Merge);

        Assert.Equal((2L, 2L), (status.Json.At("spec", "replicas").AsInteger(), status.Json.At("status", "replicas").AsInteger()));
        Assert.Equal(2, new KubeObject(status.Json).Generation);
    }

    [Fact]
    public async Task A_put_of_status_without_metadata_of_its_own_keeps_the_generation_and_uid()
    {
        string path = await DeploymentAsync();
        var before = new KubeObject((await engine.GetAsync(path)).Json);
        before.Json["status"] = new JsonObject { ["observedGeneration"] = 1 };
        before.Metadata.Remove("managedFields");

        Answer put = await engine.SendAsync("PUT", path + "/status", before.Json.ToJsonString());

        var after = new KubeObject(put.Json);
        Assert.Equal((200, before.Uid, 1L), (put.Code, after.Uid, after.Generation));
        Assert.NotNull(after.Metadata["managedFields"]);
    }

    [Fact]
    public async Task A_create_brings_no_status_but_a_node_does()
    {
        string ns = await engine.NamespaceAsync();

        JsonObject quota = await engine.CreateAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"status":{"hard":{"pods":"1"}}}""");
        JsonObject node = await engine.CreateAsync("/api/v1/nodes", $$$"""{"metadata":{"name":"{{{ns}}}"},"status":{"phase":"Running"}}""");

        Assert.Equal("{}", quota["status"]!.ToJsonString());
        Assert.Equal("Running", node["status"]!["phase"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_scale_shows_replicas_and_the_selector_as_text()
    {
        string path = await DeploymentAsync();

        JsonObject scale = (await engine.GetAsync(path + "/scale")).Json;

        Assert.Equal(("Scale", "autoscaling/v1"), (scale.String("kind"), scale.String("apiVersion")));
        Assert.Equal("""{"replicas":1}""", scale["spec"]!.ToJsonString());
        Assert.Equal("app=d", scale.At("status", "selector")!.GetValue<string>());
    }

    [Fact]
    public async Task A_scale_from_a_stale_revision_is_a_conflict()
    {
        string path = await DeploymentAsync();
        JsonObject scale = (await engine.GetAsync(path + "/scale")).Json;
        await engine.SendAsync("PATCH", path, """{"spec":{"paused":true}}""", Merge);
        scale["spec"]!["replicas"] = 5;

        Answer stale = await engine.SendAsync("PUT", path + "/scale", scale.ToJsonString());

        Assert.Equal((409, "Conflict"), (stale.Code, stale.Reason));
    }

    [Fact]
    public async Task A_negative_scale_is_invalid()
    {
        Answer answer = await engine.SendAsync("PATCH", await DeploymentAsync() + "/scale", """{"spec":{"replicas":-1}}""", Merge);

        Assert.Equal(422, answer.Code);
        Assert.Equal("Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0", answer.Message);
    }

    [Fact]
    public async Task A_namespace_goes_when_its_content_finalizer_is_finalized()
    {
        string ns = await engine.NamespaceAsync();
        string path = $"/api/v1/namespaces/{ns}";

        Answer deleted = await engine.SendAsync("DELETE", path);
        Answer create = await engine.SendAsync("POST", path + "/configmaps", """{"metadata":{"name":"late"}}""");
        Answer finalized = await engine.SendAsync("PUT", path + "/finalize", $$$"""{"metadata":{"name":"{{{ns}}}"},"spec":{"finalizers":[]}}""");

        Assert.Equal("Terminating", deleted.Json.At("status", "phase")!.GetValue<string>());
        Assert.Equal((403, "NamespaceTerminating"), (create.Code, create.Json.At("details", "causes")![0]!["reason"]!.GetValue<string>()));
        Assert.Equal(200, finalized.Code);
        Assert.Equal(404, (await engine.GetAsync(path)).Code);
    }

    [Fact]
    public async Task A_pod_is_bound_once()
    {
        string path = await PodAsync();
        JsonObject spec = new KubeObject((await engine.GetAsync(path)).Json).Spec!;
        const string binding = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n1"}}""";

        Answer bound = await engine.SendAsync("POST", path + "/binding", binding);
        Answer again = await engine.SendAsync("POST", path + "/binding", binding);

        Assert.Equal((201, "Success"), (bound.Code, bound.Json.String("status")));
        Assert.Equal("Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n1\"", again.Message);
        var pod = new KubeObject((await engine.GetAsync(path)).Json);
        spec["nodeName"] = "n1";
        Assert.True(JsonNode.DeepEquals(spec, pod.Spec), pod.Spec!.ToJsonString());
        JsonNode condition = pod.Status!.Array("conditions")![0]!;
        Assert.Equal(("PodScheduled", "True"), (condition["type"]!.GetValue<string>(), condition["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_bound_pod_is_deleted_with_grace_that_can_only_get_shorter()
    {
        string path = await PodAsync();
        await engine.SendAsync("POST", path + "/binding", """{"metadata":{"name":"p"},"target":{"name":"n1"}}""");

        long?[] graces = [
            Grace(await engine.SendAsync("DELETE", path)),
            Grace(await engine.SendAsync("DELETE", path + "?gracePeriodSeconds=10")),
            Grace(await engine.SendAsync("DELETE", path + "?gracePeriodSeconds=60")),
        ];
        Answer now = await engine.SendAsync("DELETE", path + "?gracePeriodSeconds=0");

        Assert.Equal([30L, 10L, 10L], graces);
        Assert.Equal(200, now.Code);
        Assert.Equal(404, (await engine.GetAsync(path)).Code);
    }

    [Fact]
    public async Task Ephemeral_containers_come_through_their_path_only()
    {
        string path = await PodAsync();
        const string patch = """{"spec":{"ephemeralContainers":[{"name":"debug","image":"i"}]}}""";

        Answer main = await engine.SendAsync("PATCH", path, patch, "application/strategic-merge-patch+json");
        Answer part = await engine.SendAsync("PATCH", path + "/ephemeralcontainers", patch, "application/strategic-merge-patch+json");

        Assert.Equal(422, main.Code);
        Assert.Equal((200, "debug"), (part.Code, part.Json.At("spec", "ephemeralContainers")![0]!["name"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/strategic-merge-patch+json")]
    public async Task A_status_that_is_patched_leaves_every_other_byte_of_the_pod_as_it_was(string type)
    {
        string path = await PodAsync();
        JsonObject before = (await engine.GetAsync(path)).Json;

        Answer patched = await engine.SendAsync("PATCH", path + "/status?fieldManager=node", """{"metadata":{"labels":{"a":"b"}},"status":{"phase":"Running","podIP":"10.0.0.1"}}""", type);
        JsonObject after = (await engine.GetAsync(path)).Json;

        Assert.Equal((200, "Running", "10.0.0.1"), (patched.Code, after.At("status", "phase")!.GetValue<string>(), after.At("status", "podIP")!.GetValue<string>()));
        Assert.Equal(before["spec"]!.ToJsonString(), after["spec"]!.ToJsonString());
        Assert.Equal(before["spec"]!.ToJsonString(), patched.Json["spec"]!.ToJsonString());
        Assert.Equal("b", after.At("metadata", "labels", "a")!.GetValue<string>());
        Assert.Equal(before.At("status", "qosClass")!.ToJsonString(), after.At("status", "qosClass")!.ToJsonString());
        JsonArray owners = new KubeObject(after).Metadata.Array("managedFields")!;
        Assert.Equal(new KubeObject(before).Metadata.Array("managedFields")!.Count + 1, owners.Count);
        JsonObject node = owners.OfType<JsonObject>().Single(entry => entry.String("manager") == "node");
        Assert.Equal("status", node.String("subresource"));
        Assert.True(node.At("fieldsV1", "f:status", "f:podIP") is JsonObject && node.At("fieldsV1", "f:spec") is null, node.ToJsonString());
    }

    [Fact]
    public async Task A_patch_of_a_status_that_changes_nothing_writes_nothing()
    {
        string path = await PodAsync();
        Answer first = await engine.SendAsync("PATCH", path + "/status", """{"status":{"phase":"Running"}}""", Merge);

        Answer second = await engine.SendAsync("PATCH", path + "/status", """{"status":{"phase":"Running"}}""", Merge);

        Assert.Equal(first.Json.ToJsonString(), second.Json.ToJsonString());
    }

    [Fact]
    public async Task A_patch_of_a_status_that_is_not_stored_answers_with_the_whole_pod()
    {
        string path = await PodAsync();

        Answer dry = await engine.SendAsync("PATCH", path + "/status?dryRun=All", """{"status":{"phase":"Running"}}""", Merge);

        Assert.Equal(("Running", "c"), (dry.Json.At("status", "phase")!.GetValue<string>(), dry.Json.At("spec", "containers")![0]!["name"]!.GetValue<string>()));
        Assert.Equal("Pending", (await engine.GetAsync(path)).Json.At("status", "phase")!.GetValue<string>());
    }

    [Fact]
    public async Task A_patch_of_a_status_that_takes_the_last_finalizer_of_a_deleted_pod_answers_with_the_whole_pod()
    {
        string path = await PodAsync();
        await engine.SendAsync("PATCH", path, """{"metadata":{"finalizers":["example.com/f"]}}""", Merge);
        await engine.SendAsync("DELETE", path + "?gracePeriodSeconds=0");

        Answer last = await engine.SendAsync("PATCH", path + "/status", """{"metadata":{"finalizers":null},"status":{"phase":"Failed"}}""", Merge);

        Assert.Equal((200, "c"), (last.Code, last.Json.At("spec", "containers")![0]!["name"]!.GetValue<string>()));
        Assert.Equal(404, (await engine.GetAsync(path)).Code);
    }

    [Fact]
    public async Task Events_are_the_same_objects_in_both_groups()
    {
        string ns = await engine.NamespaceAsync();
        await engine.CreateAsync(
            $"/api/v1/namespaces/{ns}/events",
            $$$"""{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{ns}}}"},"reason":"R","message":"m","count":2}""");

        JsonObject event_ = (await engine.GetAsync($"/apis/events.k8s.io/v1/namespaces/{ns}/events/e")).Json;
        JsonObject list = (await engine.GetAsync($"/apis/events.k8s.io/v1/namespaces/{ns}/events?fieldSelector=regarding.name%3Dp")).Json;

        Assert.Equal(("events.k8s.io/v1", "m", 2L), (event_.String("apiVersion"), event_.String("note"), event_.Integer("deprecatedCount")));
        Assert.Equal("events.k8s.io/v1", list.Array("items")!.Single()!["apiVersion"]!.GetValue<string>());
    }

    private static long? Grace(Answer answer) => new KubeObject(answer.Json).Metadata.Integer("deletionGracePeriodSeconds");

    private async Task<string> DeploymentAsync()
    {
        string path = $"/apis/apps/v1/namespaces/{await engine.NamespaceAsync()}/deployments";
        await engine.CreateAsync(path, Deployments.Body);
        return path + "/d";
    }

    private async Task<string> PodAsync()
    {
        string ns = await engine.NamespaceAsync();
        await engine.CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await engine.CreateAsync($"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        return $"/api/v1/namespaces/{ns}/pods/p";
    }
}
