// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Requests;

namespace Pelago.Engine.Authorization;

/// <summary>
/// All roles and bindings of one moment, turned round so that a decision looks up the user and each group instead of walking bindings.
/// Immutable once built.
/// </summary>
internal sealed class RbacPolicy
{
    private readonly Dictionary<string, SubjectGrants> _users = [];
    private readonly Dictionary<string, SubjectGrants> _groups = [];

    /// <summary>For the compiler only. An empty <paramref name="ns"/> grants everywhere.</summary>
    public void Add(bool group, string subject, string ns, RbacGrant grant)
    {
        Dictionary<string, SubjectGrants> subjects = group ? _groups : _users;
        if (!subjects.TryGetValue(subject, out SubjectGrants? grants))
            subjects[subject] = grants = new SubjectGrants();
        if (ns.Length == 0)
        {
            grants.Cluster.Add(grant);
            return;
        }

        if (!grants.Namespaces.TryGetValue(ns, out List<RbacGrant>? local))
            grants.Namespaces[ns] = local = [];
        local.Add(grant);
    }

    public AccessDecision Decide(in AccessAttributes request)
    {
        if (_users.TryGetValue(request.User.Name, out SubjectGrants? own) && Find(own, in request) is { } byName)
            return new AccessDecision(Allowed: true, byName.Reason);
        IReadOnlyList<string> groups = request.User.Groups;
        for (int i = 0; i < groups.Count; i++)
        {
            if (_groups.TryGetValue(groups[i], out SubjectGrants? shared) && Find(shared, in request) is { } byGroup)
                return new AccessDecision(Allowed: true, byGroup.Reason);
        }

        return new AccessDecision(Allowed: false, Errors(request.User, request.Namespace));
    }

    /// <summary>Every rule that holds for the user in the namespace; with an empty one only those that hold everywhere.</summary>
    public IReadOnlyList<PolicyRule> RulesFor(UserInfo user, string ns) => [.. GrantsFor(user, ns).SelectMany(grant => grant.Rules)];

    /// <summary>What is wrong with bindings that concern the user, as upstream prints it in a refusal; empty when nothing is.</summary>
    public string Errors(UserInfo user, string ns)
    {
        string[] errors = [.. GrantsFor(user, ns).Select(grant => grant.Error).OfType<string>().Distinct()];
        return errors.Length switch
        {
            0 => "",
            1 => $"RBAC: {errors[0]}",
            _ => $"RBAC: [{string.Join(", ", errors)}]",
        };
    }

    private IEnumerable<RbacGrant> GrantsFor(UserInfo user, string ns)
    {
        var subjects = new List<SubjectGrants>();
        if (_users.TryGetValue(user.Name, out SubjectGrants? own))
            subjects.Add(own);
        foreach (string group in user.Groups)
        {
            if (_groups.TryGetValue(group, out SubjectGrants? shared))
                subjects.Add(shared);
        }

        return subjects.SelectMany(subject => subject.Cluster)
            .Concat(subjects.SelectMany(subject => (IEnumerable<RbacGrant>?)subject.Namespaces.GetValueOrDefault(ns) ?? []));
    }

    private static RbacGrant? Find(SubjectGrants grants, in AccessAttributes request)
    {
        RbacGrant? found = Find(grants.Cluster, in request);
        if (found is null && request.Namespace.Length > 0 && grants.Namespaces.TryGetValue(request.Namespace, out List<RbacGrant>? local))
            found = Find(local, in request);
        return found;
    }

    private static RbacGrant? Find(List<RbacGrant> grants, in AccessAttributes request)
    {
        foreach (RbacGrant grant in grants)
        {
            IReadOnlyList<PolicyRule> rules = grant.Rules;
            for (int i = 0; i < rules.Count; i++)
            {
                if (rules[i].Allows(in request))
                    return grant;
            }
        }

        return null;
    }
}
