// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class ApplyTests(EngineFixture engine)
{
    private const string ApplyType = "application/apply-patch+yaml";

    [Fact]
    public async Task An_apply_creates_what_is_not_there_and_owns_it()
    {
        string path = await ConfigMapsAsync();

        Answer applied = await ApplyAsync(path, "me", "k: v");

        Assert.Equal(201, applied.Code);
        JsonObject entry = (JsonObject)new KubeObject(applied.Json).Metadata.Array("managedFields")!.Single()!;
        Assert.Equal(("me", "Apply", "v1"), (entry.String("manager"), entry.String("operation"), entry.String("apiVersion")));
        Assert.Equal("{}", entry["fieldsV1"]!["f:data"]!["f:k"]!.ToJsonString());
    }

    [Fact]
    public async Task Another_managers_value_is_a_conflict_unless_forced()
    {
        string path = await ConfigMapsAsync();
        await ApplyAsync(path, "me", "k: v");

        Answer refused = await ApplyAsync(path, "you", "k: w");
        Answer same = await ApplyAsync(path, "you", "k: v");
        Answer forced = await ApplyAsync(path, "you", "k: w", "&force=true");

        Assert.Equal((409, "Conflict", "Apply failed with 1 conflict: conflict with \"me\": .data.k"), (refused.Code, refused.Reason, refused.Message));
        Assert.Equal("FieldManagerConflict", refused.Json.At("details", "causes")![0]!["reason"]!.GetValue<string>());
        Assert.Equal((200, 200), (same.Code, forced.Code));
        Assert.Equal("w", forced.Json["data"]!["k"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_the_manager_lets_go_is_removed()
    {
        string path = await ConfigMapsAsync();
        await ApplyAsync(path, "me", "k: v\n  gone: x");

        Answer applied = await ApplyAsync(path, "me", "k: v");

        Assert.Equal("""{"k":"v"}""", applied.Json["data"]!.ToJsonString());
    }

    [Fact]
    public async Task An_apply_that_changes_nothing_keeps_the_revision()
    {
        string path = await ConfigMapsAsync();
        Answer first = await ApplyAsync(path, "me", "k: v");

        Answer again = await ApplyAsync(path, "me", "k: v");

        Assert.Equal((200, first.ResourceVersion), (again.Code, again.ResourceVersion));
    }

    [Fact]
    public async Task An_apply_needs_a_manager_and_only_an_apply_can_be_forced()
    {
        string path = await ConfigMapsAsync();

        Answer nobody = await engine.SendAsync("PATCH", path + "/a", "{}", ApplyType);
        Answer forced = await engine.SendAsync("PATCH", path + "/a?force=true", "{}", "application/merge-patch+json");

        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), (nobody.Code, nobody.Message));
        Assert.Equal((422, "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"), (forced.Code, forced.Message));
    }

    [Fact]
    public async Task Every_write_leaves_an_entry_of_its_manager()
    {
        string path = await ConfigMapsAsync();
        await engine.SendAsync("POST", path + "?fieldManager=maker", """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        Answer patched = await engine.SendAsync("PATCH", path + "/a?fieldManager=changer", """{"data":{"k":"w","n":"x"}}""", "application/merge-patch+json");

        Dictionary<string, string> owned = new KubeObject(patched.Json).Metadata.Array("managedFields")!.OfType<JsonObject>()
            .ToDictionary(entry => entry.String("manager")!, entry => entry["fieldsV1"]!.ToJsonString());
        Assert.Equal(["changer", "maker"], owned.Keys.Order());
        Assert.Equal("""{"f:data":{"f:k":{},"f:n":{}}}""", owned["changer"]);
        Assert.Equal("""{"f:data":{}}""", owned["maker"]);
    }

    [Fact]
    public async Task A_status_is_owned_through_its_subresource()
    {
        string ns = await engine.NamespaceAsync();
        string path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await engine.CreateAsync(path, Deployments.Body);

        Answer status = await engine.SendAsync("PATCH", path + "/d/status?fieldManager=ctl", """{"status":{"observedGeneration":1}}""", "application/merge-patch+json");

        JsonObject entry = new KubeObject(status.Json).Metadata.Array("managedFields")!.OfType<JsonObject>().Single(one => one.String("manager") == "ctl");
        Assert.Equal(("status", """{"f:status":{"f:observedGeneration":{}}}"""), (entry.String("subresource"), entry["fieldsV1"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_scale_takes_the_replicas_over()
    {
        string ns = await engine.NamespaceAsync();
        string path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await engine.CreateAsync(path + "?fieldManager=maker", Deployments.Body);

        Answer scaled = await engine.SendAsync("PATCH", path + "/d/scale?fieldManager=scaler", """{"spec":{"replicas":3}}""", "application/merge-patch+json");
        JsonObject[] entries = [.. new KubeObject((await engine.GetAsync(path + "/d")).Json).Metadata.Array("managedFields")!.OfType<JsonObject>()];

        Assert.Equal((200, "Scale", 3L), (scaled.Code, scaled.Json.String("kind"), scaled.Json.At("spec", "replicas").AsInteger()));
        JsonObject scaler = entries.Single(entry => entry.String("manager") == "scaler");
        Assert.Equal(("apps/v1", "scale", """{"f:spec":{"f:replicas":{}}}"""), (scaler.String("apiVersion"), scaler.String("subresource"), scaler["fieldsV1"]!.ToJsonString()));
        Assert.Null(entries.Single(entry => entry.String("manager") == "maker")["fieldsV1"]!["f:spec"]!["f:replicas"]);
    }

    private async Task<string> ConfigMapsAsync() => $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";

    private Task<Answer> ApplyAsync(string path, string manager, string data, string query = "") => engine.SendAsync(
        "PATCH", $"{path}/a?fieldManager={manager}{query}", $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  {data}\n", ApplyType);
}
