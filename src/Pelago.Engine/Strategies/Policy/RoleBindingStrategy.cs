// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>RoleBindings and ClusterRoleBindings: what a binding refers to cannot change.</summary>
internal sealed class RoleBindingStrategy(bool namespaced) : ResourceStrategy
{
    private const string Group = "rbac.authorization.k8s.io";

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonObject role = subject.Json.Object("roleRef") ?? [];
        string[] kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
        if (role.String("apiGroup") is not Group)
            errors.NotSupported("roleRef.apiGroup", role.String("apiGroup") ?? "", Group);
        if (!kinds.Contains(role.String("kind")))
            errors.NotSupported("roleRef.kind", role.String("kind") ?? "", kinds);
        if (string.IsNullOrEmpty(role.String("name")))
            errors.Required("roleRef.name");
        JsonArray subjects = subject.Json.Array("subjects") ?? [];
        for (int i = 0; i < subjects.Count; i++)
        {
            if (subjects[i] is JsonObject one)
                ValidateSubject(one, $"subjects[{i}]", errors);
        }
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (JsonNode.DeepEquals(updated.Json["roleRef"], old.Json["roleRef"]))
            return;
        JsonObject role = updated.Json.Object("roleRef") ?? [];
        string shown = $"rbac.RoleRef{{APIGroup:{GoText.Quote(role.String("apiGroup") ?? "")}, Kind:{GoText.Quote(role.String("kind") ?? "")}, "
            + $"Name:{GoText.Quote(role.String("name") ?? "")}}}";
        errors.Invalid("roleRef", new GoSyntax(shown), "cannot change roleRef");
    }

    private void ValidateSubject(JsonObject one, string at, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(one.String("name")))
            errors.Required($"{at}.name");
        string group = one.String("apiGroup") ?? "";
        switch (one.String("kind"))
        {
            case "ServiceAccount":
                foreach (string complaint in one.String("name") is { Length: > 0 } name ? NameRules.Dns1123Subdomain(name) : [])
                    errors.Invalid($"{at}.name", one.String("name"), complaint);
                if (group.Length > 0)
                    errors.NotSupported($"{at}.apiGroup", group, "");
                if (!namespaced && string.IsNullOrEmpty(one.String("namespace")))
                    errors.Required($"{at}.namespace");
                break;
            case "User" or "Group":
                if (group != Group)
                    errors.NotSupported($"{at}.apiGroup", group, Group);
                break;
            case var other:
                errors.NotSupported($"{at}.kind", other ?? "", "ServiceAccount", "User", "Group");
                break;
        }
    }
}
