// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>HorizontalPodAutoscalers, in the form of autoscaling/v2.</summary>
internal sealed class AutoscalerStrategy : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject spec = subject.Spec ?? [];
        long? least = spec.Integer("minReplicas");
        long most = spec.Integer("maxReplicas") ?? 0;
        if (least < 1)
            errors.Invalid("spec.minReplicas", least, "must be greater than or equal to 1");
        if (most < 1)
            errors.Invalid("spec.maxReplicas", most, "must be greater than 0");
        if (most < least)
            errors.Invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
        JsonObject? target = spec.Object("scaleTargetRef");
        if (string.IsNullOrEmpty(target?.String("kind")))
            errors.Required("spec.scaleTargetRef.kind");
        if (string.IsNullOrEmpty(target?.String("name")))
            errors.Required("spec.scaleTargetRef.name");
    }
}
