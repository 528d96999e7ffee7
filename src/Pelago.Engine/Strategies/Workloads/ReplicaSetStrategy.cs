// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>ReplicaSets, and ReplicationControllers whose selector is a plain map.</summary>
internal sealed class ReplicaSetStrategy(bool hasPlainSelector) : ResourceStrategy
{
    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        TemplateRules.NotNegative(subject.Spec, "replicas", "spec", errors);
        TemplateRules.NotNegative(subject.Spec, "minReadySeconds", "spec", errors);
        if (hasPlainSelector && subject.Spec?.Object("template") is null)
        {
            if (subject.Spec?.Object("selector") is not { Count: > 0 })
                errors.Required("spec.selector");
            errors.Required("spec.template");
            return;
        }

        TemplateRules.Validate(hasPlainSelector ? WithLabelSelector(subject) : subject, hasPlainSelector ? "" : "empty selector is invalid for deployment", errors);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (!hasPlainSelector)
            TemplateRules.ValidateSelectorUnchanged(updated, old, errors);
    }

    /// <summary>The same object with its map of labels as a LabelSelector; an empty map is as good as none.</summary>
    private static KubeObject WithLabelSelector(KubeObject subject)
    {
        var copy = new KubeObject((JsonObject)subject.Json.DeepClone());
        if (copy.Spec is not { } spec)
            return copy;
        if (spec.Object("selector") is { Count: > 0 } map)
            spec["selector"] = new JsonObject { ["matchLabels"] = map.DeepClone() };
        else
            spec.Remove("selector");
        return copy;
    }
}
