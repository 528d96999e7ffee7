// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Authorization;

/// <summary>
/// Builds the policy from four snapshots. Parsed objects are kept from one build to the next, so a change of one role costs one parse.
/// Not safe for more than one thread.
/// </summary>
internal sealed class RbacCompiler
{
    private Dictionary<StoredObject, object> _parsed = new(ReferenceEqualityComparer.Instance);

    public RbacPolicy Compile(Snapshot clusterRoles, Snapshot clusterRoleBindings, Snapshot roles, Snapshot roleBindings)
    {
        var parsed = new Dictionary<StoredObject, object>(_parsed.Count, ReferenceEqualityComparer.Instance);
        var rules = new Dictionary<ObjectKey, IReadOnlyList<PolicyRule>>();
        foreach (StoredObject role in clusterRoles.Scan().Concat(roles.Scan()))
            rules[role.Key] = Parsed(parsed, role, stored => PolicyRule.ReadAll(stored.Json.Array("rules")));

        var policy = new RbacPolicy();
        foreach (StoredObject stored in clusterRoleBindings.Scan().Concat(roleBindings.Scan()))
        {
            RbacBinding binding = Parsed(parsed, stored, RbacBinding.Read);
            foreach (RbacSubject subject in binding.Subjects)
                Add(policy, binding, subject, rules.GetValueOrDefault(binding.RoleKey));
        }

        _parsed = parsed;
        return policy;
    }

    private static void Add(RbacPolicy policy, RbacBinding binding, RbacSubject subject, IReadOnlyList<PolicyRule>? rules)
    {
        string? error = rules is not null ? null : MissingRole(binding);
        var grant = new RbacGrant(rules ?? [], binding.Reason(subject), error);
        switch (subject.Kind)
        {
            case "User":
                policy.Add(group: false, subject.Name, binding.Key.Namespace, grant);
                break;
            case "Group":
                policy.Add(group: true, subject.Name, binding.Key.Namespace, grant);
                break;
            case "ServiceAccount":
                string ns = subject.Namespace.Length > 0 ? subject.Namespace : binding.Key.Namespace;
                if (ns.Length > 0)
                    policy.Add(group: false, $"system:serviceaccount:{ns}:{subject.Name}", binding.Key.Namespace, grant);
                break;
        }
    }

    private static string MissingRole(RbacBinding binding) =>
        $"{(binding.RoleKind == "Role" ? "role" : "clusterrole")}.rbac.authorization.k8s.io {GoText.Quote(binding.RoleName)} not found";

    private T Parsed<T>(Dictionary<StoredObject, object> kept, StoredObject stored, Func<KubeObject, T> read)
        where T : class
    {
        T value = _parsed.TryGetValue(stored, out object? known) ? (T)known : read(KubeObject.Parse(stored.Json));
        kept[stored] = value;
        return value;
    }
}
