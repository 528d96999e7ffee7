// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class NamespaceTests(TestCluster cluster) : ApiTest(cluster)
{
    private string Self => $"/api/v1/namespaces/{Namespace}";

    [Fact]
    public async Task Deletion_takes_pods_services_and_settings_along()
    {
        await Api.PostAsync(Path("configmaps"), ConfigMap("one"));
        (await Api.PostAsync(Path("services"), """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""")).Expect(201);
        (await Api.PostAsync(Path("pods"), """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"nowhere","terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"i"}]}}""")).Expect(201);

        RawAnswer deleted = (await Api.DeleteAsync(Self)).Expect(200);

        Assert.Equal("Terminating", deleted.Json["status"]!["phase"]!.GetValue<string>());
        await Until(async () => (await Api.GetAsync(Self)).Code == 404, "the namespace is gone", 120);
        Assert.Equal(404, (await Api.GetAsync(Path("configmaps", "one"))).Code);
    }

    [Fact]
    public async Task Nothing_new_is_made_in_a_namespace_that_ends()
    {
        (await Api.PostAsync(Path("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"holds","finalizers":["example.test/hold"]}}""")).Expect(201);
        await Api.DeleteAsync(Self);

        RawAnswer refused = await Api.PostAsync(Path("configmaps"), ConfigMap("late"));

        Assert.Equal(403, refused.Code);
        Assert.Contains($"unable to create new content in namespace {Namespace} because it is being terminated", refused.Message, StringComparison.Ordinal);
        await Until(async () => (await Api.GetAsync(Self)).Json["status"]!["conditions"] is JsonArray conditions && conditions.Any(c => c!["type"]!.GetValue<string>() == "NamespaceFinalizersRemaining" && c["status"]!.GetValue<string>() == "True"), "the condition names the finalizers that hold it");
        await Api.PatchAsync(Path("configmaps", "holds"), "merge-patch+json", """{"metadata":{"finalizers":null}}""");
        await Until(async () => (await Api.GetAsync(Self)).Code == 404, "the namespace is gone", 120);
    }

    [Fact]
    public async Task Creation_in_a_namespace_that_is_not_there_is_404()
    {
        RawAnswer answer = await Api.PostAsync("/api/v1/namespaces/no-such-place/configmaps", ConfigMap("one"));

        Assert.Equal(404, answer.Code);
        Assert.Equal("namespaces \"no-such-place\" not found", answer.Message);
    }

    [Fact]
    public async Task Labels_and_status_of_a_namespace_can_be_patched()
    {
        RawAnswer labelled = await Api.PatchAsync(Self, "merge-patch+json", """{"metadata":{"labels":{"mark":"yes"}}}""");
        RawAnswer status = await Api.PatchAsync(Self + "/status", "merge-patch+json", """{"status":{"conditions":[{"type":"StatusPatch","status":"True","reason":"E2E","message":"patched"}]}}""");

        Assert.Equal("yes", labelled.Expect(200).Json["metadata"]!["labels"]!["mark"]!.GetValue<string>());
        Assert.Equal("StatusPatch", status.Expect(200).Json["status"]!["conditions"]![0]!["type"]!.GetValue<string>());
        Assert.Equal("Active", status.Json["status"]!["phase"]!.GetValue<string>());
    }

    [Fact]
    public async Task Default_namespaces_exist_and_cannot_be_deleted()
    {
        foreach (string name in new[] { "default", "kube-system", "kube-public", "kube-node-lease" })
            (await Api.GetAsync("/api/v1/namespaces/" + name)).Expect(200);

        Assert.Equal(403, (await Api.DeleteAsync("/api/v1/namespaces/default")).Code);
    }

    [Fact]
    public async Task New_namespace_gets_its_account_and_the_root_certificate()
    {
        (await Api.GetAsync(Path("serviceaccounts", "default"))).Expect(200);

        await Until(async () => (await Api.GetAsync(Path("configmaps", "kube-root-ca.crt"))).Code == 200, "the root certificate is published");
        string pem = (await Api.GetAsync(Path("configmaps", "kube-root-ca.crt"))).Json["data"]!["ca.crt"]!.GetValue<string>();
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", pem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finalizer_is_added_and_removed_through_the_finalize_subresource()
    {
        JsonObject space = (await Api.GetAsync(Self)).Expect(200).Json;
        space["spec"]!["finalizers"]!.AsArray().Add("example.test/hold");

        JsonObject held = (await Api.PutAsync(Self + "/finalize", space.ToJsonString())).Expect(200).Json;
        held["spec"]!["finalizers"]!.AsArray().RemoveAt(1);
        JsonObject freed = (await Api.PutAsync(Self + "/finalize", held.ToJsonString())).Expect(200).Json;

        Assert.Equal(["kubernetes"], freed["spec"]!["finalizers"]!.AsArray().Select(each => each!.GetValue<string>()));
    }

    [Fact]
    public async Task Namespace_and_its_status_are_updated_whole()
    {
        JsonObject space = (await Api.GetAsync(Self)).Expect(200).Json;
        space["metadata"]!["annotations"] = new JsonObject { ["updated"] = "yes" };
        JsonObject updated = (await Api.PutAsync(Self, space.ToJsonString())).Expect(200).Json;
        updated["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "StatusUpdate", ["status"] = "True", ["reason"] = "Tested", ["message"] = "updated" });

        JsonObject status = (await Api.PutAsync(Self + "/status", updated.ToJsonString())).Expect(200).Json;

        Assert.Equal("yes", updated["metadata"]!["annotations"]!["updated"]!.GetValue<string>());
        Assert.Equal("StatusUpdate", status["status"]!["conditions"]![0]!["type"]!.GetValue<string>());
    }
}
