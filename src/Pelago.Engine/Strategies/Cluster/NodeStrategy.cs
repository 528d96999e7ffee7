// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>Nodes: what identifies the machine cannot change; taints are unique by key and effect.</summary>
internal sealed class NodeStrategy : ResourceStrategy
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        errors.Cover("spec.taints");
        JsonArray taints = subject.Spec?.Array("taints") ?? [];
        var seen = new HashSet<(string, string)>();
        for (int i = 0; i < taints.Count; i++)
        {
            if (taints[i] is not JsonObject taint)
                continue;
            string key = taint.String("key") ?? "", effect = taint.String("effect") ?? "", value = taint.String("value") ?? "";
            foreach (string complaint in NameRules.QualifiedName(key))
                errors.Invalid($"metadata.taints[{i}].key", key, complaint);
            foreach (string complaint in NameRules.LabelValue(value))
                errors.Invalid($"metadata.taints[{i}].value", value, complaint);
            if (effect.Length == 0)
                errors.Required($"metadata.taints[{i}].effect");
            else if (!Effects.Contains(effect))
                errors.NotSupported($"metadata.taints[{i}].effect", effect, Effects);
            if (!seen.Add((key, effect)))
                errors.Duplicate($"metadata.taints[{i}]", new GoSyntax($"core.Taint{{Key:{GoText.Quote(key)}, Value:{GoText.Quote(value)}, Effect:{GoText.Quote(effect)}, TimeAdded:<nil>}}"), "taints must be unique by key and effect pair");
        }
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        JsonObject now = updated.Spec ?? [], before = old.Spec ?? [];
        if (before.Array("podCIDRs") is { Count: > 0 } ranges && !JsonNode.DeepEquals(now["podCIDRs"], ranges))
            errors.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        if (before.String("providerID") is { Length: > 0 } provider && now.String("providerID") != provider)
            errors.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
        if (!JsonNode.DeepEquals(Fixed(now, before), Fixed(before, before)))
            errors.Forbidden("[]", "node updates may only change labels, taints, or capacity");
    }

    /// <summary>The part of a spec that cannot change any more.</summary>
    private static JsonObject Fixed(JsonObject spec, JsonObject before)
    {
        var part = (JsonObject)spec.DeepClone();
        part.Remove("taints");
        part.Remove("unschedulable");
        foreach (string field in (ReadOnlySpan<string>)["podCIDR", "podCIDRs", "providerID"])
        {
            if (before[field] is null)
                part.Remove(field);
        }

        return part;
    }
}
