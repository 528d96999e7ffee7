// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class GarbageCollectionTests(TestCluster cluster) : ApiTest(cluster)
{
    private async Task<string> MakeAsync(string name, string owners = "[]") =>
        (await Api.PostAsync(Path("configmaps"), $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","ownerReferences":{{{owners}}} } }"""))
            .Expect(201).Json["metadata"]!["uid"]!.GetValue<string>();

    private static string Owner(string name, string uid, bool blocks = false) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{{name}}}","uid":"{{{uid}}}","blockOwnerDeletion":{{{(blocks ? "true" : "false")}}}}""";

    private Task<bool> GoneAsync(string name) => Api.GetAsync(Path("configmaps", name)).ContinueWith(answer => answer.Result.Code == 404, TaskScheduler.Default);

    private Task<RawAnswer> DeleteAsync(string name, string policy) =>
        Api.DeleteAsync(Path("configmaps", name), $$$"""{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"{{{policy}}}"}""");

    [Fact]
    public async Task Background_deletion_takes_dependents_after_the_owner()
    {
        string owner = await MakeAsync("owner");
        await MakeAsync("dependent", $"[{Owner("owner", owner)}]");

        (await DeleteAsync("owner", "Background")).Expect(200);

        await Until(() => GoneAsync("dependent"), "the dependent is collected");
    }

    [Fact]
    public async Task Orphan_deletion_leaves_dependents_without_the_reference()
    {
        string owner = await MakeAsync("owner");
        await MakeAsync("dependent", $"[{Owner("owner", owner)}]");

        (await DeleteAsync("owner", "Orphan")).Expect(200);

        await Until(() => GoneAsync("owner"), "the owner is gone");
        JsonNode metadata = (await Api.GetAsync(Path("configmaps", "dependent"))).Expect(200).Json["metadata"]!;
        Assert.Null(metadata["ownerReferences"]);
    }

    [Fact]
    public async Task Foreground_deletion_keeps_the_owner_until_blocking_dependents_are_gone()
    {
        string owner = await MakeAsync("owner");
        (await Api.PostAsync(Path("configmaps"), $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"dependent","finalizers":["example.test/hold"],"ownerReferences":[{{{Owner("owner", owner, blocks: true)}}}]}}""")).Expect(201);

        (await DeleteAsync("owner", "Foreground")).Expect(200);

        await Until(async () => (await Api.GetAsync(Path("configmaps", "dependent"))).Json["metadata"]!["deletionTimestamp"] is not null, "the dependent is asked to go");
        JsonNode held = (await Api.GetAsync(Path("configmaps", "owner"))).Expect(200).Json["metadata"]!;
        Assert.Contains(held["finalizers"]!.AsArray(), finalizer => finalizer!.GetValue<string>() == "foregroundDeletion");
        await Api.PatchAsync(Path("configmaps", "dependent"), "merge-patch+json", """{"metadata":{"finalizers":null}}""");
        await Until(() => GoneAsync("owner"), "the owner follows its dependent");
    }

    [Fact]
    public async Task Dependent_of_two_owners_stays_while_one_is_there()
    {
        string first = await MakeAsync("first");
        string second = await MakeAsync("second");
        await MakeAsync("dependent", $"[{Owner("first", first)},{Owner("second", second)}]");
        await MakeAsync("only-first", $"[{Owner("first", first)}]");

        (await DeleteAsync("first", "Background")).Expect(200);

        await Until(() => GoneAsync("only-first"), "what only the first owned is collected");
        JsonArray owners = (await Api.GetAsync(Path("configmaps", "dependent"))).Expect(200).Json["metadata"]!["ownerReferences"]!.AsArray();
        Assert.Contains(owners, owner => owner!["uid"]!.GetValue<string>() == second);
    }

    [Fact]
    public async Task Circle_of_owners_does_not_hold_itself()
    {
        string a = await MakeAsync("a");
        string b = await MakeAsync("b", $"[{Owner("a", a, blocks: true)}]");
        string c = await MakeAsync("c", $"[{Owner("b", b, blocks: true)}]");
        (await Api.PatchAsync(Path("configmaps", "a"), "merge-patch+json", $$$"""{"metadata":{"ownerReferences":[{{{Owner("c", c, blocks: true)}}}]}}""")).Expect(200);

        (await DeleteAsync("a", "Foreground")).Expect(200);

        foreach (string name in new[] { "a", "b", "c" })
            await Until(() => GoneAsync(name), $"{name} is gone");
    }

    [Fact]
    public async Task Object_whose_owner_never_was_is_collected()
    {
        await MakeAsync("stray", $"[{Owner("nobody", "00000000-0000-0000-0000-000000000001")}]");

        await Until(() => GoneAsync("stray"), "the stray is collected");
    }

    [Theory]
    [InlineData("Background", true)]
    [InlineData("Orphan", false)]
    public async Task Replica_sets_go_or_stay_with_their_deployment(string policy, bool collected)
    {
        (await Api.PostAsync(Path("apps/v1/deployments"), """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")).Expect(201);
        await Until(async () => (await Api.GetAsync(Path("apps/v1/replicasets"))).Json["items"]!.AsArray().Count == 1, "the replica set is made");

        await Api.DeleteAsync(Path("apps/v1/deployments", "d"), $$$"""{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"{{{policy}}}"}""");

        await Until(async () => (await Api.GetAsync(Path("apps/v1/deployments", "d"))).Code == 404, "the deployment is gone");
        await Until(async () => (await Api.GetAsync(Path("apps/v1/replicasets"))).Json["items"]!.AsArray() is var left && (collected ? left.Count == 0 : left.Count == 1 && left[0]!["metadata"]!["ownerReferences"] is null), "the replica set is as the policy says");
    }

    [Theory]
    [InlineData("Background", true)]
    [InlineData("Orphan", false)]
    [InlineData("Foreground", true)]
    public async Task Pods_go_or_stay_with_their_replication_controller(string policy, bool collected)
    {
        (await Api.PostAsync(Path("replicationcontrollers"), """{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"rc"},"spec":{"replicas":2,"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"nodeSelector":{"no":"where"},"containers":[{"name":"c","image":"i"}]}}}}""")).Expect(201);
        await Until(async () => (await Api.GetAsync(Path("pods"))).Json["items"]!.AsArray().Count == 2, "the pods are made");

        await Api.DeleteAsync(Path("replicationcontrollers", "rc"), $$$"""{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"{{{policy}}}"}""");

        await Until(async () => (await Api.GetAsync(Path("replicationcontrollers", "rc"))).Code == 404, "the controller is gone");
        if (policy == "Foreground")
            Assert.Empty((await Api.GetAsync(Path("pods"))).Json["items"]!.AsArray());
        await Until(async () => (await Api.GetAsync(Path("pods"))).Json["items"]!.AsArray() is var left && (collected ? left.Count == 0 : left.Count == 2 && left.All(pod => pod!["metadata"]!["ownerReferences"] is null)), "the pods are as the policy says");
    }
}
