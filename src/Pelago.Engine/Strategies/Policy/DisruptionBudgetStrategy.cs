// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Strategies.Workloads;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>PodDisruptionBudgets.</summary>
internal sealed class DisruptionBudgetStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (subject.Spec is not { } spec || context.Subresource.Length > 0)
            return;
        if (spec["minAvailable"] is not null && spec["maxUnavailable"] is not null)
            errors.Invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
        foreach (string field in (ReadOnlySpan<string>)["minAvailable", "maxUnavailable"])
        {
            if (spec[field] is { } amount)
            {
                RollingRules.ValidateAmount(amount, $"spec.{field}", errors);
                RollingRules.ValidateAtMostAll(amount, $"spec.{field}", errors);
            }
        }

        if (spec.Object("selector") is { } selector)
            LabelSelectorRules.Validate(selector, "spec.selector", errors);
        if (spec.String("unhealthyPodEvictionPolicy") is { } policy and not ("IfHealthyBudget" or "AlwaysAllow"))
            errors.NotSupported("spec.unhealthyPodEvictionPolicy", policy, "AlwaysAllow", "IfHealthyBudget");
    }
}
