// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>ResourceQuotas: amounts are not negative, counts are whole (kubernetes pkg/apis/core/validation ValidateResourceQuota).</summary>
internal sealed class QuotaStrategy : ResourceStrategy
{
    private static readonly string[] Counted =
        ["pods", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers", "resourcequotas"];

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        foreach ((string name, JsonNode? text) in subject.Spec?.Object("hard") ?? [])
        {
            string field = $"spec.hard[{name}]";
            foreach (string complaint in NameRules.QualifiedName(name))
                errors.Invalid(field, name, complaint);
            if (!Quantity.TryParse(text?.ToString(), out Quantity amount))
                continue;
            if (amount.Sign < 0)
                errors.Invalid(field, amount.ToString(), "must be greater than or equal to 0");
            bool isCount = Counted.Contains(name) || name.StartsWith("count/", StringComparison.Ordinal);
            if (isCount && amount != Quantity.FromValue(amount.Value))
                errors.Invalid(field, amount.ToString(), "must be an integer");
        }
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(updated.Spec?["scopes"], old.Spec?["scopes"]))
            errors.Invalid("spec.scopes", updated.Spec?["scopes"], "field is immutable");
    }
}
