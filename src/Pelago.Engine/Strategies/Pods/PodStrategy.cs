// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>Pods: pending at first, deleted with grace, and of their spec almost nothing may change (kubernetes pkg/registry/core/pod/strategy.go).</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    private const string UpdatesForbidden =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        + "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
        + "(allow it to be set to 1 if it was previously negative)";

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        created.Json["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QosClass.Of(created.Spec ?? []) };
        HostPortRules.PrepareForCreate(created);
    }

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        // The scheduler, the node and the eviction API write often, and what they write was checked when it came.
        if (context.Subresource.Length > 0)
            return;
        PodRules.Validate(subject.Spec, "spec", errors);
        HostPortRules.Validate(subject.Annotations, "metadata.annotations", errors);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (context.Subresource.Length > 0 || updated.Spec is not { } spec || old.Spec is not { } oldSpec)
            return;
        HostPortRules.ValidateUpdate(updated, old, errors);
        if (oldSpec.Integer("activeDeadlineSeconds") is { } deadline && !(spec.Integer("activeDeadlineSeconds") <= deadline))
        {
            if (spec.Integer("activeDeadlineSeconds") is { } later)
                errors.Invalid("spec.activeDeadlineSeconds", later, "must be less than or equal to previous value");
            else
                errors.Invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
            return;
        }

        if (!Tolerates(spec.Array("tolerations"), oldSpec.Array("tolerations")))
            errors.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
        GatedPodRules.ValidateUpdate(spec, oldSpec, errors);
        if (!JsonNode.DeepEquals(Fixed(spec, oldSpec), oldSpec))
            errors.Forbidden("spec", UpdatesForbidden + "\n");
    }

    public override long? GracePeriod(KubeObject subject, long? requested)
    {
        long period = requested ?? subject.Spec?.Integer("terminationGracePeriodSeconds") ?? 0;
        bool isScheduled = !string.IsNullOrEmpty(subject.Spec?.String("nodeName"));
        if (!isScheduled || subject.Status?.String("phase") is "Failed" or "Succeeded")
            return 0;
        return period < 0 ? 1 : Math.Min(period, MetaTime.Century);
    }

    /// <summary>The new spec with everything that may change put back to what it was.</summary>
    private static JsonObject Fixed(JsonObject spec, JsonObject old)
    {
        var same = (JsonObject)spec.DeepClone();
        foreach (string list in (ReadOnlySpan<string>)["containers", "initContainers"])
            RestoreImages(same.Array(list), old.Array(list));
        foreach (string field in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "schedulingGates"])
        {
            if (old[field] is { } before)
                same[field] = before.DeepClone();
            else
                same.Remove(field);
        }

        GatedPodRules.Restore(same, old);
        if (same.Integer("terminationGracePeriodSeconds") == 1 && old.Integer("terminationGracePeriodSeconds") < 0)
            same["terminationGracePeriodSeconds"] = old["terminationGracePeriodSeconds"]!.DeepClone();
        return same;
    }

    private static void RestoreImages(JsonArray? containers, JsonArray? old)
    {
        for (int i = 0; i < Math.Min(containers?.Count ?? 0, old?.Count ?? 0); i++)
        {
            if (containers![i] is JsonObject container && old![i] is JsonObject before && before["image"] is { } image)
                container["image"] = image.DeepClone();
        }
    }

    private static bool Tolerates(JsonArray? tolerations, JsonArray? old)
    {
        foreach (JsonObject before in (old ?? []).OfType<JsonObject>())
        {
            if (!(tolerations ?? []).OfType<JsonObject>().Any(now => SameBesidesSeconds(now, before)))
                return false;
        }

        return true;
    }

    private static bool SameBesidesSeconds(JsonObject one, JsonObject other)
    {
        foreach (string field in (ReadOnlySpan<string>)["key", "operator", "value", "effect"])
        {
            if ((one.String(field) ?? "") != (other.String(field) ?? ""))
                return false;
        }

        return true;
    }
}
