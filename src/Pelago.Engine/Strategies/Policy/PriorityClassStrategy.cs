// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Policy;

/// <summary>PriorityClasses: the value is for ever; names and values of the system are its own.</summary>
internal sealed class PriorityClassStrategy : ResourceStrategy
{
    private const long HighestForUsers = 1_000_000_000;

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (subject.Name is "system-cluster-critical" or "system-node-critical")
            return;
        if (subject.Name.StartsWith("system-", StringComparison.Ordinal))
        {
            errors.Forbidden("metadata.name",
                $"priority class names with 'system-' prefix are reserved for system use only. error: {subject.Name} is not a known system priority class");
        }
        else if (subject.Json.Integer("value") > HighestForUsers)
        {
            errors.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestForUsers}");
        }

        if (subject.Json.String("preemptionPolicy") is { } policy and not ("Never" or "PreemptLowerPriority"))
            errors.NotSupported("preemptionPolicy", policy, "Never", "PreemptLowerPriority");
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(updated.Json["value"], old.Json["value"]))
            errors.Forbidden("value", "may not be changed in an update.");
        if (updated.Json.String("preemptionPolicy") != old.Json.String("preemptionPolicy"))
            errors.Invalid("preemptionPolicy", updated.Json.String("preemptionPolicy"), "field is immutable");
    }
}
