// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class AccessTests(TestCluster cluster) : ApiTest(cluster)
{
    private Task<RawAnswer> AsAsync(string user, HttpMethod method, string path, string? body = null, params string[] groups) =>
        Api.SendAsync(method, path, body, "application/json", null, [("Impersonate-User", user), .. groups.Select(group => ("Impersonate-Group", group))]);

    [Fact]
    public async Task Stranger_is_forbidden_with_the_reason()
    {
        RawAnswer answer = await AsAsync("alice", HttpMethod.Get, Path("pods"));

        Assert.Equal(403, answer.Code);
        Assert.Equal($"pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" in the namespace \"{Namespace}\"", answer.Message);
    }

    [Fact]
    public async Task Role_and_binding_allow_what_they_say_and_no_more()
    {
        (await Api.PostAsync(Path("rbac.authorization.k8s.io/v1/roles"), """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"],"resourceNames":["open"]}]}""")).Expect(201);
        (await Api.PostAsync(Path("rbac.authorization.k8s.io/v1/rolebindings"), """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b"},"subjects":[{"kind":"Group","name":"readers","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}}""")).Expect(201);
        await Api.PostAsync(Path("configmaps"), ConfigMap("open"));

        await Until(async () => (await AsAsync("bob", HttpMethod.Get, Path("configmaps", "open"), null, "readers")).Code == 200, "the binding counts");
        Assert.Equal(403, (await AsAsync("bob", HttpMethod.Get, Path("configmaps", "kube-root-ca.crt"), null, "readers")).Code);
        Assert.Equal(403, (await AsAsync("bob", HttpMethod.Delete, Path("configmaps", "open"), null, "readers")).Code);
        Assert.Equal(403, (await AsAsync("bob", HttpMethod.Get, Path("configmaps", "open"))).Code);
    }

    [Fact]
    public async Task Nobody_hands_out_rights_that_they_do_not_have()
    {
        (await Api.PostAsync(Path("rbac.authorization.k8s.io/v1/rolebindings"), """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b"},"subjects":[{"kind":"User","name":"carol","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"}}""")).Expect(201);
        (await Api.PostAsync(Path("rbac.authorization.k8s.io/v1/roles"), """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"role-writer"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["create"]}]}""")).Expect(201);
        (await Api.PostAsync(Path("rbac.authorization.k8s.io/v1/rolebindings"), """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"w"},"subjects":[{"kind":"User","name":"carol","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"role-writer"}}""")).Expect(201);
        await Until(async () => (await AsAsync("carol", HttpMethod.Get, Path("configmaps"))).Code == 200, "the first binding counts");
        await Until(
            async () => (await AsAsync("carol", HttpMethod.Post, Path("rbac.authorization.k8s.io/v1/roles") + "?dryRun=All", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"none"},"rules":[]}""")).Code == 201,
            "the second binding counts");

        RawAnswer more = await AsAsync("carol", HttpMethod.Post, Path("rbac.authorization.k8s.io/v1/roles"), """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"god"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""");

        Assert.Equal(403, more.Code);
        Assert.Contains("user \"carol\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held", more.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("system:masters", true)]
    [InlineData("nobodies", false)]
    public async Task Access_reviews_tell_what_would_happen(string group, bool allowed)
    {
        RawAnswer answer = await Api.PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", $$$"""{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"user":"x","groups":["{{{group}}}"],"resourceAttributes":{"verb":"delete","resource":"nodes"} } }""");

        Assert.Equal(allowed, answer.Expect(201).Json["status"]!["allowed"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Self_reviews_are_open_to_everybody()
    {
        RawAnswer access = await AsAsync("dave", HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", $$$"""{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"namespace":"{{{Namespace}}}","verb":"get","resource":"pods"} } }""", "system:authenticated");
        RawAnswer rules = await AsAsync("dave", HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", $$$"""{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview","spec":{"namespace":"{{{Namespace}}}"} }""", "system:authenticated");

        Assert.False(access.Expect(201).Json["status"]!["allowed"]!.GetValue<bool>());
        Assert.NotEmpty(rules.Expect(201).Json["status"]!["nonResourceRules"]!.AsArray());
    }

    [Fact]
    public async Task Token_of_a_service_account_opens_the_door_as_that_account()
    {
        (await Api.PostAsync(Path("serviceaccounts"), """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot"}}""")).Expect(201);
        RawAnswer made = (await Api.PostAsync(Path("serviceaccounts", "robot/token"), """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}""")).Expect(201);
        string token = made.Json["status"]!["token"]!.GetValue<string>();

        RawAnswer review = await Api.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{token}}}"} }""");
        await Api.DeleteAsync(Path("serviceaccounts", "robot"));

        JsonNode status = review.Expect(201).Json["status"]!;
        Assert.True(status["authenticated"]!.GetValue<bool>());
        Assert.Equal($"system:serviceaccount:{Namespace}:robot", status["user"]!["username"]!.GetValue<string>());
        Assert.Contains("system:serviceaccounts", status["user"]!["groups"]!.AsArray().Select(group => group!.GetValue<string>()));
        await Until(async () => (await Api.PostAsync("/apis/authentication.k8s.io/v1/tokenreviews", $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{token}}}"} }""")).Json["status"]!["authenticated"] is null, "the token ends with its account");
    }

    [Fact]
    public async Task Without_credentials_nothing_opens()
    {
        using var bare = new RawApi(Cluster.Kubeconfig, withCredentials: false);

        RawAnswer anonymous = await bare.GetAsync("/api/v1/namespaces");
        RawAnswer wrong = await bare.SendAsync(HttpMethod.Get, "/api/v1/namespaces", null, null, null, ("Authorization", "Bearer not-a-token"));

        Assert.Contains(anonymous.Code, new[] { 401, 403 });
        Assert.Equal(401, wrong.Code);
    }

    [Fact]
    public async Task Pods_get_a_token_volume_unless_told_otherwise()
    {
        const string Spec = """ "nodeName":"nowhere","terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"i"}] """;
        // Old clusters make an account's token a moment after the account, and refuse its pods until then.
        await Until(async () => (await Api.PostAsync(Path("pods", query: "dryRun=All"), $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"first"},"spec":{{{{Spec}}}} }""")).Code == 201, "pods are let in");
        JsonObject with = (await Api.PostAsync(Path("pods"), $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"with"},"spec":{{{{Spec}}}} }""")).Expect(201).Json;
        JsonObject without = (await Api.PostAsync(Path("pods"), $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"without"},"spec":{"automountServiceAccountToken":false,{{{Spec}}}} }""")).Expect(201).Json;

        Assert.Equal("default", with["spec"]!["serviceAccountName"]!.GetValue<string>());
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount", with["spec"]!["containers"]![0]!["volumeMounts"]![0]!["mountPath"]!.GetValue<string>());
        Assert.Null(without["spec"]!["volumes"]);
    }
}
