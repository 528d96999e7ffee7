// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class DeleteTests(EngineFixture engine)
{
    [Fact]
    public async Task A_delete_that_removes_at_once_answers_with_the_uid()
    {
        (string path, KubeObject created) = await ConfigMapAsync();

        Answer deleted = await engine.SendAsync("DELETE", path);

        Assert.Equal((200, "Status", "Success"), (deleted.Code, deleted.Json.String("kind"), deleted.Json.String("status")));
        Assert.Equal(created.Uid, deleted.Json.At("details", "uid")!.GetValue<string>());
        Assert.Equal("configmaps", deleted.Json.At("details", "kind")!.GetValue<string>());
        Assert.Equal(404, (await engine.GetAsync(path)).Code);
        Assert.Equal(404, (await engine.SendAsync("DELETE", path)).Code);
    }

    [Fact]
    public async Task Finalizers_hold_an_object_until_the_last_one_is_gone()
    {
        (string path, _) = await ConfigMapAsync("""{"metadata":{"name":"a","finalizers":["example.com/a","example.com/b"]}}""");

        Answer deleted = await engine.SendAsync("DELETE", path);
        Answer added = await engine.SendAsync("PATCH", path, """{"metadata":{"finalizers":["example.com/a","example.com/c"]}}""", "application/merge-patch+json");
        Answer one = await engine.SendAsync("PATCH", path, """{"metadata":{"finalizers":["example.com/a"]}}""", "application/merge-patch+json");
        Answer none = await engine.SendAsync("PATCH", path, """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");

        var marked = new KubeObject(deleted.Json);
        Assert.True(marked.IsDeleting);
        Assert.Equal(0, marked.Metadata.Integer("deletionGracePeriodSeconds"));
        Assert.Equal(422, added.Code);
        Assert.Contains(
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/c\"}",
            added.Message, StringComparison.Ordinal);
        Assert.Equal((200, 200), (one.Code, none.Code));
        Assert.Equal(404, (await engine.GetAsync(path)).Code);
    }

    [Theory]
    [InlineData("\"propagationPolicy\":\"Foreground\"", "foregroundDeletion", 200)]
    [InlineData("\"propagationPolicy\":\"Orphan\"", "orphan", 200)]
    [InlineData("\"orphanDependents\":true", "orphan", 200)]
    public async Task A_propagation_policy_becomes_a_finalizer(string option, string finalizer, int code)
    {
        (string path, _) = await ConfigMapAsync();

        Answer deleted = await engine.SendAsync("DELETE", path, $$"""{"kind":"DeleteOptions","apiVersion":"v1",{{option}}}""");

        Assert.Equal(code, deleted.Code);
        Assert.Equal([finalizer], new KubeObject(deleted.Json).Finalizers!.Select(item => item!.GetValue<string>()));
        Assert.True(new KubeObject((await engine.GetAsync(path)).Json).IsDeleting);
    }

    [Fact]
    public async Task Options_of_the_query_count_when_there_is_no_body()
    {
        (string path, _) = await ConfigMapAsync();

        Answer bad = await engine.SendAsync("DELETE", path + "?propagationPolicy=Sideways");
        Answer dry = await engine.SendAsync("DELETE", path + "?dryRun=All");

        Assert.Equal(422, bad.Code);
        Assert.Equal(
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Sideways\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
            bad.Message);
        Assert.Equal(200, dry.Code);
        Assert.Equal(200, (await engine.GetAsync(path)).Code);
    }

    [Theory]
    [InlineData("""{"preconditions":{"uid":"other"}}""", "the UID in the precondition (other) does not match the UID in record (")]
    [InlineData("""{"preconditions":{"resourceVersion":"1"}}""", "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (")]
    public async Task A_precondition_that_does_not_hold_is_a_conflict(string options, string message)
    {
        (string path, _) = await ConfigMapAsync();

        Answer deleted = await engine.SendAsync("DELETE", path, options);

        Assert.Equal((409, "Conflict"), (deleted.Code, deleted.Reason));
        Assert.Contains(message, deleted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_is_deleted_as_far_as_the_selector_matches()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        await engine.CreateAsync(path, """{"metadata":{"name":"a","labels":{"x":"y"}}}""");
        await engine.CreateAsync(path, """{"metadata":{"name":"b"}}""");

        Answer deleted = await engine.SendAsync("DELETE", path + "?labelSelector=x%3Dy");

        Assert.Equal((200, "ConfigMapList"), (deleted.Code, deleted.Json.String("kind")));
        JsonArray left = (await engine.GetAsync(path)).Json.Array("items")!;
        Assert.Equal(["b"], left.Select(item => new KubeObject((JsonObject)item!).Name));
    }

    private async Task<(string Path, KubeObject Created)> ConfigMapAsync(string body = """{"metadata":{"name":"a"}}""")
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        return (path + "/a", new KubeObject(await engine.CreateAsync(path, body)));
    }
}
