// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>Roles and ClusterRoles (kubernetes pkg/apis/rbac/validation).</summary>
internal sealed class RoleStrategy(bool namespaced) : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        JsonArray rules = subject.Json.Array("rules") ?? [];
        for (int i = 0; i < rules.Count; i++)
        {
            if (rules[i] is not JsonObject rule)
                continue;
            string at = $"rules[{i}]";
            if (Count(rule, "verbs") == 0)
                errors.Required($"{at}.verbs", "verbs must contain at least one value");
            if (Count(rule, "nonResourceURLs") > 0)
            {
                if (namespaced)
                    errors.Invalid($"{at}.nonResourceURLs", Texts(rule, "nonResourceURLs"), "namespaced rules cannot apply to non-resource URLs");
                if (Count(rule, "apiGroups") + Count(rule, "resources") + Count(rule, "resourceNames") > 0)
                    errors.Invalid($"{at}.nonResourceURLs", Texts(rule, "nonResourceURLs"), "rules cannot apply to both regular resources and non-resource URLs");
                continue;
            }

            if (Count(rule, "apiGroups") == 0)
                errors.Required($"{at}.apiGroups", "resource rules must supply at least one api group");
            if (Count(rule, "resources") == 0)
                errors.Required($"{at}.resources", "resource rules must supply at least one resource");
        }
    }

    private static int Count(JsonObject rule, string field) => rule.Array(field)?.Count ?? 0;

    private static GoSyntax Texts(JsonObject rule, string field) => GoSyntax.Strings(rule.Array(field)!.Select(text => text?.ToString() ?? ""));
}
