// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Authorization;

public sealed class RbacAuthorizerTests : IAsyncDisposable
{
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly RbacAuthorizer _authorizer;

    public RbacAuthorizerTests() => _authorizer = new RbacAuthorizer(_store);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public void Nobody_may_do_anything_without_a_binding_but_masters_may_do_everything()
    {
        Assert.False(Ask(User("jane"), "get", resource: "pods", ns: "a").Allowed);
        Assert.True(_authorizer.Authorize(new AccessAttributes(UserInfo.System("x"), "delete", "a", "", "v1", "secrets")).Allowed);
    }

    [Fact]
    public async Task Role_binding_counts_in_its_namespace_only()
    {
        await RoleAsync("a", "reader", """{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}""");
        await BindAsync("a", "readers", "Role", "reader", """{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"jane"}""");

        AccessDecision decision = Ask(User("jane"), "list", resource: "pods", ns: "a");
        Assert.True(decision.Allowed);
        Assert.Equal("RBAC: allowed by RoleBinding \"readers/a\" of Role \"reader\" to User \"jane\"", decision.Reason);
        Assert.False(Ask(User("jane"), "list", resource: "pods", ns: "b").Allowed);
        Assert.False(Ask(User("jane"), "list", resource: "pods").Allowed);
        Assert.False(Ask(User("jane"), "delete", resource: "pods", ns: "a").Allowed);
        Assert.False(Ask(User("joe"), "list", resource: "pods", ns: "a").Allowed);
    }

    [Fact]
    public async Task Cluster_role_may_be_bound_in_one_namespace_or_everywhere()
    {
        await ClusterRoleAsync("reader", """{"apiGroups":["apps"],"resources":["deployments"],"verbs":["get"]}""");
        await BindAsync("a", "readers", "ClusterRole", "reader", """{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"dev"}""");
        await BindAsync("", "readers", "ClusterRole", "reader", """{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"ops"}""");

        Assert.True(Ask(User("jane", "dev"), "get", "apps", "deployments", ns: "a").Allowed);
        Assert.False(Ask(User("jane", "dev"), "get", "apps", "deployments", ns: "b").Allowed);
        Assert.True(Ask(User("jane", "x", "ops"), "get", "apps", "deployments", ns: "b").Allowed);
        Assert.False(Ask(User("jane", "ops"), "get", "", "deployments", ns: "b").Allowed);
        Assert.Equal(
            "RBAC: allowed by ClusterRoleBinding \"readers\" of ClusterRole \"reader\" to Group \"ops\"",
            Ask(User("jane", "ops"), "get", "apps", "deployments", ns: "b").Reason);
    }

    [Fact]
    public async Task Service_account_subject_takes_the_namespace_of_its_role_binding_when_it_names_none()
    {
        await ClusterRoleAsync("reader", """{"apiGroups":[""],"resources":["pods"],"verbs":["*"]}""");
        await BindAsync("a", "one", "ClusterRole", "reader", """{"kind":"ServiceAccount","name":"robot"}""");
        await BindAsync("a", "two", "ClusterRole", "reader", """{"kind":"ServiceAccount","name":"robot","namespace":"b"}""");

        Assert.True(Ask(User("system:serviceaccount:a:robot"), "get", resource: "pods", ns: "a").Allowed);
        Assert.Equal(
            "RBAC: allowed by RoleBinding \"two/a\" of ClusterRole \"reader\" to ServiceAccount \"robot/b\"",
            Ask(User("system:serviceaccount:b:robot"), "get", resource: "pods", ns: "a").Reason);
        Assert.False(Ask(User("system:serviceaccount:c:robot"), "get", resource: "pods", ns: "a").Allowed);
    }

    [Theory]
    [InlineData("pods", "pods", "", true)]
    [InlineData("pods", "pods", "log", false)]
    [InlineData("pods/log", "pods", "log", true)]
    [InlineData("pods/log", "pods", "", false)]
    [InlineData("pods/log", "pods", "exec", false)]
    [InlineData("*/scale", "deployments", "scale", true)]
    [InlineData("*/scale", "deployments", "", false)]
    [InlineData("*/scale", "deployments", "status", false)]
    [InlineData("*", "pods", "log", true)]
    [InlineData("*", "pods", "", true)]
    [InlineData("pods/*", "pods", "log", false)]
    public async Task Resources_of_a_rule_name_subresources(string rule, string resource, string subresource, bool allowed)
    {
        await ClusterRoleAsync("r", $$"""{"apiGroups":["*"],"resources":["{{rule}}"],"verbs":["get"]}""");
        await BindAsync("", "b", "ClusterRole", "r", """{"kind":"User","name":"jane"}""");

        AccessDecision decision = _authorizer.Authorize(new AccessAttributes(User("jane"), "get", "a", "", "v1", resource, subresource, "x"));

        Assert.Equal(allowed, decision.Allowed);
    }

    [Fact]
    public async Task Rule_with_names_covers_only_these()
    {
        await ClusterRoleAsync("r", """{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["one","two"],"verbs":["get","list"]}""");
        await BindAsync("", "b", "ClusterRole", "r", """{"kind":"User","name":"jane"}""");

        Assert.True(Ask(User("jane"), "get", resource: "configmaps", ns: "a", name: "two").Allowed);
        Assert.False(Ask(User("jane"), "get", resource: "configmaps", ns: "a", name: "three").Allowed);
        Assert.False(Ask(User("jane"), "list", resource: "configmaps", ns: "a").Allowed);
    }

    [Theory]
    [InlineData("/healthz", "/healthz", true)]
    [InlineData("/healthz", "/healthz/etcd", false)]
    [InlineData("/apis/*", "/apis/apps/v1", true)]
    [InlineData("/apis/*", "/apis", false)]
    [InlineData("*", "/anything", true)]
    public async Task Non_resource_paths_match_whole_or_by_a_trailing_star(string rule, string path, bool allowed)
    {
        await ClusterRoleAsync("r", $$"""{"nonResourceURLs":["{{rule}}"],"verbs":["get"]}""");
        await BindAsync("", "b", "ClusterRole", "r", """{"kind":"User","name":"jane"}""");

        Assert.Equal(allowed, _authorizer.Authorize(new AccessAttributes(User("jane"), "get", Path: path)).Allowed);
        Assert.False(_authorizer.Authorize(new AccessAttributes(User("jane"), "post", Path: path)).Allowed);
    }

    [Fact]
    public async Task Change_counts_from_the_next_decision_on()
    {
        await ClusterRoleAsync("r", """{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}""");
        Assert.False(Ask(User("jane"), "get", resource: "pods", ns: "a").Allowed);

        await BindAsync("", "b", "ClusterRole", "r", """{"kind":"User","name":"jane"}""");
        Assert.True(Ask(User("jane"), "get", resource: "pods", ns: "a").Allowed);

        await _store.RemoveAsync($"clusterrolebindings.{RbacAuthorizer.Group}", "", "b");
        Assert.False(Ask(User("jane"), "get", resource: "pods", ns: "a").Allowed);
    }

    [Fact]
    public async Task Write_to_another_resource_keeps_the_compiled_policy()
    {
        await ClusterRoleAsync("r", """{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}""");
        RbacPolicy before = _authorizer.Policy;

        await _store.PutAsync("pods", """{"metadata":{"name":"p","namespace":"a"}}""");

        Assert.Same(before, _authorizer.Policy);
    }

    [Fact]
    public async Task Binding_to_a_missing_role_gives_nothing_and_says_so()
    {
        await BindAsync("", "b", "ClusterRole", "gone", """{"kind":"User","name":"jane"}""");

        AccessDecision decision = Ask(User("jane"), "get", resource: "pods", ns: "a");

        Assert.False(decision.Allowed);
        Assert.Equal("RBAC: clusterrole.rbac.authorization.k8s.io \"gone\" not found", decision.Reason);
        Assert.Empty(Ask(User("joe"), "get", resource: "pods", ns: "a").Reason);
    }

    [Fact]
    public void Refusal_is_worded_as_upstream()
    {
        UserInfo bob = User("bob");

        Assert.Equal(
            "pods \"x\" is forbidden: User \"bob\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"ns\"",
            Denial.ToStatus(new AccessAttributes(bob, "get", "ns", "", "v1", "pods", "log", "x"), "").Message);
        Assert.Equal(
            "deployments.apps is forbidden: User \"bob\" cannot list resource \"deployments\" in API group \"apps\" at the cluster scope",
            Denial.ToStatus(new AccessAttributes(bob, "list", "", "apps", "v1", "deployments"), "").Message);
        Assert.Equal("forbidden: User \"bob\" cannot get path \"/\": why", Denial.ToStatus(new AccessAttributes(bob, "get", Path: "/"), "why").Message);
    }

    /// <summary>Not a benchmark, but a decision that became a thousand times slower would be one too slow for each request.</summary>
    [Fact]
    public async Task Decisions_do_not_walk_the_bindings()
    {
        await ClusterRoleAsync("r", """{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}""");
        for (int i = 0; i < 200; i++)
            await BindAsync("", $"b{i}", "ClusterRole", "r", $$"""{"kind":"User","name":"user{{i}}"}""");
        UserInfo last = User("user199", "system:authenticated");
        Assert.True(Ask(last, "get", resource: "pods", ns: "a").Allowed);

        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 10_000; i++)
            Ask(last, "get", resource: "pods", ns: "a");

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    private static UserInfo User(string name, params string[] groups) => new(name, "", groups, UserInfo.Anonymous.Extra);

    private AccessDecision Ask(UserInfo user, string verb, string group = "", string resource = "", string ns = "", string name = "") =>
        _authorizer.Authorize(new AccessAttributes(user, verb, ns, group, "v1", resource, "", name));

    private Task RoleAsync(string ns, string name, string rule) =>
        _store.PutAsync($"roles.{RbacAuthorizer.Group}", $$"""{"metadata":{"name":"{{name}}","namespace":"{{ns}}"},"rules":[{{rule}}]}""");

    private Task ClusterRoleAsync(string name, string rule) =>
        _store.PutAsync($"clusterroles.{RbacAuthorizer.Group}", $$"""{"metadata":{"name":"{{name}}"},"rules":[{{rule}}]}""");

    private Task BindAsync(string ns, string name, string kind, string role, string subject) =>
        _store.PutAsync(
            $"{(ns.Length == 0 ? "clusterrolebindings" : "rolebindings")}.{RbacAuthorizer.Group}",
            $$"""{"metadata":{"name":"{{name}}"{{(ns.Length == 0 ? "" : $",\"namespace\":\"{ns}\"")}}},"roleRef":{"kind":"{{kind}}","name":"{{role}}"},"subjects":[{{subject}}]}""");
}
