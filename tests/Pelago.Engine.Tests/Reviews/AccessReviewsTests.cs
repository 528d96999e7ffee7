// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Reviews;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Reviews;

public sealed class AccessReviewsTests : IAsyncLifetime
{
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly RbacAuthorizer _authorizer;

    public AccessReviewsTests() => _authorizer = new RbacAuthorizer(_store);

    public async ValueTask InitializeAsync()
    {
        await _store.PutAsync($"clusterroles.{RbacAuthorizer.Group}",
            """{"metadata":{"name":"r"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]},{"verbs":["get"],"nonResourceURLs":["/version"]}]}""");
        await _store.PutAsync($"clusterrolebindings.{RbacAuthorizer.Group}",
            """{"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{"kind":"User","name":"bob"},{"kind":"Group","name":"dev"}]}""");
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("""{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"a"}}""", true)]
    [InlineData("""{"resourceAttributes":{"verb":"delete","resource":"pods"}}""", false)]
    [InlineData("""{"nonResourceAttributes":{"verb":"get","path":"/version"}}""", true)]
    [InlineData("""{"nonResourceAttributes":{"verb":"get","path":"/metrics"}}""", false)]
    public async Task Own_access_is_asked_without_naming_a_user(string spec, bool allowed)
    {
        JsonObject status = (await Self.PostAsync(Posted.User("bob"), $$"""{"spec":{{spec}}}""")).Status();

        Assert.Equal(allowed, status.Boolean("allowed"));
        Assert.Equal(allowed ? "RBAC: allowed by ClusterRoleBinding \"b\" of ClusterRole \"r\" to User \"bob\"" : null, status.String("reason"));
    }

    [Fact]
    public async Task Access_of_anybody_is_asked_by_user_and_groups()
    {
        const string Body = """{"spec":{"user":"jane","groups":["dev"],"resourceAttributes":{"verb":"get","resource":"pods"}}}""";

        ResourceResult result = await Anyone.PostAsync(UserInfo.System("admin"), Body);

        Assert.Equal(true, result.Status().Boolean("allowed"));
        Assert.Equal("SubjectAccessReview", KubeJson.ParseObject(result.Bytes).String("kind"));
    }

    [Theory]
    [InlineData("{}", "spec.resourceAttributes: Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    [InlineData("""{"resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"path":"/version","verb":"get"}}""",
        "spec.nonResourceAttributes: Invalid value: authorization.NonResourceAttributes{Path:\"/version\", Verb:\"get\"}: cannot be specified in combination with resourceAttributes")]
    public async Task Question_must_be_about_one_thing(string spec, string why)
    {
        ResourceResult result = await Self.PostAsync(Posted.User("bob"), $$"""{"spec":{{spec}}}""");

        Assert.Equal(422, result.Error?.Code);
        Assert.Equal($".authorization.k8s.io \"\" is invalid: {why}", result.Error!.Message);
    }

    [Fact]
    public async Task Question_about_anybody_must_name_somebody()
    {
        ResourceResult result = await Anyone.PostAsync(Posted.User("bob"), """{"spec":{"resourceAttributes":{"verb":"get"}}}""");

        Assert.Equal(".authorization.k8s.io \"\" is invalid: spec.user: Invalid value: \"\": at least one of user or group must be specified", result.Error?.Message);
    }

    [Fact]
    public async Task Local_question_is_about_its_own_namespace()
    {
        const string Right = """{"spec":{"user":"bob","resourceAttributes":{"verb":"get","resource":"pods","namespace":"a"}}}""";
        const string Wrong = """{"spec":{"user":"bob","resourceAttributes":{"verb":"get","resource":"pods"}}}""";

        Assert.Equal(true, (await Local.PostAsync(Posted.User("x"), Right, "a")).Status().Boolean("allowed"));
        Assert.Equal(
            ".authorization.k8s.io \"\" is invalid: spec.resourceAttributes.namespace: Invalid value: \"\": must match metadata.namespace",
            (await Local.PostAsync(Posted.User("x"), Wrong, "a")).Error?.Message);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1"}""")]
    [InlineData("""{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1"}""")]
    public async Task Body_of_something_else_is_a_bad_request(string body) =>
        Assert.Equal(400, (await Self.PostAsync(Posted.User("bob"), body)).Error?.Code);

    [Fact]
    public async Task Rules_review_lists_what_the_user_may_do()
    {
        JsonObject status = (await new SelfSubjectRulesReviews(_authorizer).PostAsync(Posted.User("bob"), """{"spec":{"namespace":"a"}}""")).Status();

        Assert.Equal("""[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]""", status.Array("resourceRules")!.ToJsonString());
        Assert.Equal("""[{"verbs":["get"],"nonResourceURLs":["/version"]}]""", status.Array("nonResourceRules")!.ToJsonString());
        Assert.Equal(false, status.Boolean("incomplete"));
        Assert.Equal("no namespace on request", (await new SelfSubjectRulesReviews(_authorizer).PostAsync(Posted.User("bob"), "{}")).Error?.Message);
    }

    [Fact]
    public async Task Rules_that_come_from_several_places_are_listed_once()
    {
        await _store.PutAsync($"clusterroles.{RbacAuthorizer.Group}",
            """{"metadata":{"name":"all"},"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},{"verbs":["*"],"nonResourceURLs":["*"]}]}""");
        await _store.PutAsync($"clusterrolebindings.{RbacAuthorizer.Group}",
            """{"metadata":{"name":"all"},"roleRef":{"kind":"ClusterRole","name":"all"},"subjects":[{"kind":"Group","name":"system:masters"}]}""");

        ResourceResult result = await new SelfSubjectRulesReviews(_authorizer).PostAsync(Posted.User("jane", "system:masters"), """{"spec":{"namespace":"a"}}""");

        Assert.Equal("""[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]""", result.Status().Array("resourceRules")!.ToJsonString());
        Assert.Equal("""[{"verbs":["*"],"nonResourceURLs":["*"]}]""", result.Status().Array("nonResourceRules")!.ToJsonString());
    }

    [Fact]
    public async Task Subject_review_says_who_asks()
    {
        JsonObject status = (await new SelfSubjectReviews().PostAsync(Posted.User("bob", "dev"), "{}")).Status();

        Assert.Equal("""{"username":"bob","groups":["dev"]}""", status.Object("userInfo")!.ToJsonString());
    }

    private AccessReviews Self => new(_authorizer, AccessReviewScope.Self);

    private AccessReviews Anyone => new(_authorizer, AccessReviewScope.Anyone);

    private AccessReviews Local => new(_authorizer, AccessReviewScope.Local);
}
