// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Authorization;

/// <summary>A subject of a binding (rbac/v1 Subject).</summary>
internal sealed record RbacSubject(string Kind, string Name, string Namespace)
{
    /// <summary>How decisions name it: <c>User "jane"</c>, <c>ServiceAccount "name/namespace"</c>.</summary>
    public string Describe() => Kind == "ServiceAccount" ? $"{Kind} {GoText.Quote($"{Name}/{Namespace}")}" : $"{Kind} {GoText.Quote(Name)}";
}

/// <summary>A RoleBinding, or a ClusterRoleBinding when its namespace is empty.</summary>
internal sealed record RbacBinding(ObjectKey Key, string RoleKind, string RoleName, IReadOnlyList<RbacSubject> Subjects)
{
    public string Kind => Key.Namespace.Length == 0 ? "ClusterRoleBinding" : "RoleBinding";

    /// <summary>Where the role is looked for: a RoleBinding may name a ClusterRole.</summary>
    public ObjectKey RoleKey => new(RoleKind == "Role" ? Key.Namespace : "", RoleName);

    public string Reason(RbacSubject subject)
    {
        string name = Key.Namespace.Length == 0 ? Key.Name : $"{Key.Name}/{Key.Namespace}";
        return $"RBAC: allowed by {Kind} {GoText.Quote(name)} of {RoleKind} {GoText.Quote(RoleName)} to {subject.Describe()}";
    }

    public static RbacBinding Read(KubeObject binding)
    {
        JsonObject? role = binding.Json.Object("roleRef");
        var subjects = new List<RbacSubject>();
        foreach (JsonNode? item in binding.Json.Array("subjects") ?? [])
        {
            if (item is JsonObject subject)
                subjects.Add(new RbacSubject(subject.String("kind") ?? "", subject.String("name") ?? "", subject.String("namespace") ?? ""));
        }

        return new RbacBinding(binding.Key, role?.String("kind") ?? "", role?.String("name") ?? "", subjects);
    }
}
