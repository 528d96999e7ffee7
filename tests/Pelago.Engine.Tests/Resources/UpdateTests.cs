// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class UpdateTests(EngineFixture engine)
{
    private const string Modified = "the object has been modified; please apply your changes to the latest version and try again";

    [Fact]
    public async Task An_update_at_the_current_revision_is_stored_under_a_new_one()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        created["data"] = new JsonObject { ["k"] = "w" };

        Answer updated = await engine.SendAsync("PUT", path, created.ToJsonString());

        Assert.Equal(200, updated.Code);
        Assert.True(long.Parse(updated.ResourceVersion) > long.Parse(new KubeObject(created).ResourceVersion));
        Assert.Equal("w", (await engine.GetAsync(path)).Json["data"]!["k"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_update_from_a_stale_revision_is_a_conflict()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        await engine.SendAsync("PATCH", path, """{"data":{"k":"other"}}""", "application/merge-patch+json");

        Answer stale = await engine.SendAsync("PUT", path, created.ToJsonString());

        Assert.Equal((409, "Conflict"), (stale.Code, stale.Reason));
        Assert.Equal($"Operation cannot be fulfilled on configmaps \"a\": {Modified}", stale.Message);
    }

    [Fact]
    public async Task An_update_without_a_revision_overwrites()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        new KubeObject(created).Metadata.Remove("resourceVersion");
        created["data"] = new JsonObject { ["k"] = "w" };

        Answer updated = await engine.SendAsync("PUT", path, created.ToJsonString());

        Assert.Equal(200, updated.Code);
    }

    [Fact]
    public async Task A_kind_that_insists_on_a_revision_says_so()
    {
        string path = $"/apis/coordination.k8s.io/v1/namespaces/{await engine.NamespaceAsync()}/leases";
        await engine.CreateAsync(path, """{"metadata":{"name":"l"},"spec":{}}""");

        Answer updated = await engine.SendAsync("PUT", path + "/l", """{"metadata":{"name":"l"},"spec":{}}""");

        Assert.Equal(422, updated.Code);
        Assert.Equal("leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update", updated.Message);
    }

    [Fact]
    public async Task An_update_that_changes_nothing_keeps_the_revision()
    {
        (string path, JsonObject created) = await ConfigMapAsync();

        Answer put = await engine.SendAsync("PUT", path, created.ToJsonString());
        Answer patch = await engine.SendAsync("PATCH", path, """{"data":{"k":"v"}}""", "application/merge-patch+json");

        string before = new KubeObject(created).ResourceVersion;
        Assert.Equal((200, before), (put.Code, put.ResourceVersion));
        Assert.Equal((200, before), (patch.Code, patch.ResourceVersion));
    }

    [Fact]
    public async Task Metadata_of_the_server_cannot_be_changed()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        var changed = new KubeObject((JsonObject)created.DeepClone());
        changed.Metadata["creationTimestamp"] = "2001-01-01T00:00:00Z";
        changed.Metadata["deletionTimestamp"] = "2001-01-01T00:00:00Z";
        changed.Metadata["generation"] = 9;

        Answer updated = await engine.SendAsync("PUT", path, changed.Json.ToJsonString());

        Assert.Equal((200, new KubeObject(created).ResourceVersion), (updated.Code, updated.ResourceVersion));
    }

    [Fact]
    public async Task Another_uid_is_a_conflict()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        string uid = new KubeObject(created).Uid;
        new KubeObject(created).Uid = "other";

        Answer updated = await engine.SendAsync("PUT", path, created.ToJsonString());

        Assert.Equal((409, "Conflict"), (updated.Code, updated.Reason));
        Assert.Contains($"Precondition failed: UID in precondition: other, UID in object meta: {uid}", updated.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_differs_from_the_path_is_refused()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        new KubeObject(created).Name = "b";

        Answer updated = await engine.SendAsync("PUT", path, created.ToJsonString());

        Assert.Equal((400, "the name of the object (b) does not match the name on the URL (a)"), (updated.Code, updated.Message));
    }

    [Fact]
    public async Task Updating_what_is_not_there_is_not_found_or_creates_where_the_kind_allows_it()
    {
        string ns = await engine.NamespaceAsync();

        Answer configMap = await engine.SendAsync("PUT", $"/api/v1/namespaces/{ns}/configmaps/a", """{"metadata":{"name":"a"}}""");
        Answer lease = await engine.SendAsync("PUT", $"/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/a", """{"metadata":{"name":"a"},"spec":{}}""");

        Assert.Equal((404, 201), (configMap.Code, lease.Code));
    }

    [Fact]
    public async Task Concurrent_patches_of_one_object_all_succeed()
    {
        (string path, _) = await ConfigMapAsync();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            engine.SendAsync("PATCH", path, $$$"""{"data":{"k{{{i}}}":"v"}}""", "application/merge-patch+json")));

        Assert.All(answers, answer => Assert.Equal(200, answer.Code));
        Assert.Equal(31, ((JsonObject)(await engine.GetAsync(path)).Json["data"]!).Count);
    }

    [Fact]
    public async Task A_patch_that_names_a_stale_revision_is_a_conflict()
    {
        (string path, JsonObject created) = await ConfigMapAsync();
        await engine.SendAsync("PATCH", path, """{"data":{"k":"w"}}""", "application/merge-patch+json");
        string stale = new KubeObject(created).ResourceVersion;

        Answer patch = await engine.SendAsync(
            "PATCH", path, $$$"""{"metadata":{"resourceVersion":"{{{stale}}}"},"data":{"k":"x"}}""", "application/merge-patch+json");

        Assert.Equal((409, $"Operation cannot be fulfilled on configmaps \"a\": {Modified}"), (patch.Code, patch.Message));
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_desired_state_only()
    {
        string path = $"/apis/networking.k8s.io/v1/namespaces/{await engine.NamespaceAsync()}/networkpolicies";
        var created = new KubeObject(await engine.CreateAsync(path, """{"metadata":{"name":"n"},"spec":{"podSelector":{}}}"""));

        Answer label = await engine.SendAsync("PATCH", path + "/n", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json");
        Answer spec = await engine.SendAsync("PATCH", path + "/n", """{"spec":{"podSelector":{"matchLabels":{"a":"b"}}}}""", "application/merge-patch+json");

        Assert.Equal([1, 1, 2], new[] { created, new KubeObject(label.Json), new KubeObject(spec.Json) }.Select(one => one.Generation));
    }

    private async Task<(string Path, JsonObject Created)> ConfigMapAsync()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        return (path + "/a", await engine.CreateAsync(path, """{"metadata":{"name":"a"},"data":{"k":"v"}}"""));
    }
}
