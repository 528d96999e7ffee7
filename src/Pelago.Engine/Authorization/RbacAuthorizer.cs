// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;
using Pelago.Store;

namespace Pelago.Engine.Authorization;

/// <summary>
/// Role-based access control over the four kinds of rbac.authorization.k8s.io as the store has them now: a role that was acknowledged
/// counts from the next request on. Members of <c>system:masters</c> may do everything.
/// </summary>
internal sealed class RbacAuthorizer(IRevisionStore store) : IAuthorizer
{
    public const string Group = "rbac.authorization.k8s.io";

    private readonly IResourceStore _clusterRoles = store.Resource($"clusterroles.{Group}");
    private readonly IResourceStore _clusterRoleBindings = store.Resource($"clusterrolebindings.{Group}");
    private readonly IResourceStore _roles = store.Resource($"roles.{Group}");
    private readonly IResourceStore _roleBindings = store.Resource($"rolebindings.{Group}");
    private readonly RbacCompiler _compiler = new();
    private readonly Lock _compiling = new();
    private volatile Compiled? _compiled;

    public AccessDecision Authorize(in AccessAttributes attributes) =>
        attributes.User.IsMaster ? new AccessDecision(Allowed: true, "") : Policy.Decide(in attributes);

    /// <summary>The policy of this moment.</summary>
    public RbacPolicy Policy
    {
        get
        {
            Compiled? compiled = _compiled;
            return compiled is not null && compiled.Revision == store.Revision ? compiled.Policy : Compile();
        }
    }

    /// <summary>What the user may do in a namespace, for reviews and for checks of what may be granted on.</summary>
    public IReadOnlyList<PolicyRule> RulesFor(UserInfo user, string ns)
    {
        IReadOnlyList<PolicyRule> rules = Policy.RulesFor(user, ns);
        return user.IsMaster ? [.. PrivilegedRules, .. rules] : rules;
    }

    private static readonly PolicyRule[] PrivilegedRules =
    [
        new() { Verbs = [PolicyRule.All], ApiGroups = [PolicyRule.All], Resources = [PolicyRule.All] },
        new() { Verbs = [PolicyRule.All], NonResourceUrls = [PolicyRule.All] },
    ];

    private RbacPolicy Compile()
    {
        lock (_compiling)
        {
            if (_compiled is { } present && present.Revision == store.Revision)
                return present.Policy;
            long revision = store.Revision;
            Snapshot clusterRoles = _clusterRoles.Current, clusterRoleBindings = _clusterRoleBindings.Current;
            Snapshot roles = _roles.Current, roleBindings = _roleBindings.Current;
            RbacPolicy policy = _compiled is { } last && last.IsMadeOf(clusterRoles, clusterRoleBindings, roles, roleBindings)
                ? last.Policy
                : _compiler.Compile(clusterRoles, clusterRoleBindings, roles, roleBindings);
            _compiled = new Compiled(policy, revision, clusterRoles, clusterRoleBindings, roles, roleBindings);
            return policy;
        }
    }

    private sealed record Compiled(
        RbacPolicy Policy, long Revision, Snapshot ClusterRoles, Snapshot ClusterRoleBindings, Snapshot Roles, Snapshot RoleBindings)
    {
        /// <summary>Most revisions change other resources: then the policy stays.</summary>
        public bool IsMadeOf(Snapshot clusterRoles, Snapshot clusterRoleBindings, Snapshot roles, Snapshot roleBindings) =>
            ClusterRoles.HasSameObjects(clusterRoles) && ClusterRoleBindings.HasSameObjects(clusterRoleBindings)
            && Roles.HasSameObjects(roles) && RoleBindings.HasSameObjects(roleBindings);
    }
}
