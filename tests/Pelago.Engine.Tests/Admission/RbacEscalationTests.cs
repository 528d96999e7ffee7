// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Admission;
using Pelago.Engine.Authorization;
using Pelago.Engine.Requests;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Admission;

public sealed class RbacEscalationTests : IAsyncLifetime
{
    private const string Group = RbacAuthorizer.Group;
    private const string Role = """{"metadata":{"name":"esc"},"rules":[{"apiGroups":[""],"resources":["pods","nodes"],"verbs":["get","list"]}]}""";
    private static readonly UserInfo Bob = new("bob", "", ["system:authenticated"], UserInfo.Anonymous.Extra);
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly RbacEscalation _plugin;

    public RbacEscalationTests() => _plugin = new RbacEscalation(_store, new RbacAuthorizer(_store));

    public async ValueTask InitializeAsync()
    {
        await _store.PutAsync($"clusterroles.{Group}", """{"metadata":{"name":"pods"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""");
        await _store.PutAsync($"clusterroles.{Group}", """{"metadata":{"name":"wide"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""");
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Role_with_more_than_its_author_has_is_refused_and_says_what_is_more()
    {
        await GrantAsync("pods");

        ApiStatus? refused = await _plugin.SendAsync(Admitted.Create("clusterroles", Role, "", Group, Bob));

        Assert.Equal(
            "clusterroles.rbac.authorization.k8s.io \"esc\" is forbidden: user \"bob\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"list\"]}\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\"]}",
            refused?.Message);
        Assert.Equal(403, refused?.Code);
    }

    [Fact]
    public async Task Role_of_somebody_who_may_escalate_passes()
    {
        await _store.PutAsync($"clusterroles.{Group}",
            """{"metadata":{"name":"e"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["esc"],"verbs":["escalate"]}]}""");
        await GrantAsync("e");

        Assert.Null(await _plugin.SendAsync(Admitted.Create("clusterroles", Role, "", Group, Bob)));
        Assert.NotNull(await _plugin.SendAsync(Admitted.Create("clusterroles", Role.Replace("esc", "other", StringComparison.Ordinal), "", Group, Bob)));
    }

    [Fact]
    public async Task Update_that_leaves_the_rules_alone_passes()
    {
        Assert.Null(await _plugin.SendAsync(Admitted.Update("clusterroles", Role, Role, "", Group, Bob)));
        Assert.NotNull(await _plugin.SendAsync(Admitted.Update("clusterroles", Role, """{"metadata":{"name":"esc"},"rules":[]}""", "", Group, Bob)));
    }

    [Fact]
    public async Task Aggregation_rule_needs_everything()
    {
        const string Aggregated = """{"metadata":{"name":"agg"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}""";
        await GrantAsync("pods");

        ApiStatus? refused = await _plugin.SendAsync(Admitted.Create("clusterroles", Aggregated, "", Group, Bob));

        Assert.Equal("clusterroles.rbac.authorization.k8s.io \"agg\" is forbidden: must have cluster-admin privileges to use the aggregationRule", refused?.Message);
        await GrantAsync("wide");
        Assert.Null(await _plugin.SendAsync(Admitted.Create("clusterroles", Aggregated, "", Group, Bob)));
    }

    [Theory]
    [InlineData("clusterrolebindings", "")]
    [InlineData("rolebindings", "a")]
    public async Task Binding_to_a_role_with_more_than_its_author_has_is_refused(string resource, string ns)
    {
        ApiStatus? refused = await _plugin.SendAsync(Binding(resource, ns, "ClusterRole", "pods"));

        Assert.Equal(
            $"{resource}.rbac.authorization.k8s.io \"b\" is forbidden: user \"bob\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\"]}",
            refused?.Message);
        await GrantAsync("pods");
        Assert.Null(await _plugin.SendAsync(Binding(resource, ns, "ClusterRole", "pods")));
    }

    [Fact]
    public async Task Binding_to_a_role_that_is_not_there_is_not_found()
    {
        Assert.Equal(
            "clusterroles.rbac.authorization.k8s.io \"gone\" not found", (await _plugin.SendAsync(Binding("clusterrolebindings", "", "ClusterRole", "gone")))?.Message);
        Assert.Equal("roles.rbac.authorization.k8s.io \"gone\" not found", (await _plugin.SendAsync(Binding("rolebindings", "a", "Role", "gone")))?.Message);
    }

    [Fact]
    public async Task Verb_bind_lets_bind_what_one_does_not_have()
    {
        await _store.PutAsync($"clusterroles.{Group}",
            """{"metadata":{"name":"binder"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["wide"],"verbs":["bind"]}]}""");
        await GrantAsync("binder");

        Assert.Null(await _plugin.SendAsync(Binding("rolebindings", "a", "ClusterRole", "wide")));
        Assert.NotNull(await _plugin.SendAsync(Binding("rolebindings", "a", "ClusterRole", "pods")));
    }

    [Fact]
    public void Masters_are_not_asked() =>
        Assert.False(_plugin.Handles(Admitted.Create("clusterroles", Role, "", Group, UserInfo.System("x"))));

    private static AdmissionRequest Binding(string resource, string ns, string kind, string role) => Admitted.Create(
        resource, $$"""{"metadata":{"name":"b","namespace":"{{ns}}"},"roleRef":{"kind":"{{kind}}","name":"{{role}}"},"subjects":[]}""", ns, Group, Bob);

    private Task GrantAsync(string role) => _store.PutAsync(
        $"clusterrolebindings.{Group}",
        $$"""{"metadata":{"name":"bob-{{role}}"},"roleRef":{"kind":"ClusterRole","name":"{{role}}"},"subjects":[{"kind":"User","name":"bob"}]}""");
}
