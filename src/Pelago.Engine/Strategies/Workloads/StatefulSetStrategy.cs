// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>StatefulSets: only a few fields may change.</summary>
internal sealed class StatefulSetStrategy : ResourceStrategy
{
    private static readonly string[] Mutable =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        JsonObject? spec = subject.Spec;
        string policy = spec?.String("podManagementPolicy") ?? "";
        if (policy.Length == 0)
            errors.Required("spec.podManagementPolicy");
        else if (policy is not ("OrderedReady" or "Parallel"))
            errors.Invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        ValidateStrategy(spec?.Object("updateStrategy"), errors);
        TemplateRules.NotNegative(spec, "replicas", "spec", errors);
        TemplateRules.NotNegative(spec, "minReadySeconds", "spec", errors);
        TemplateRules.Validate(WithClaims(subject), "empty selector is invalid for statefulset", errors);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (Immutable(updated) is not { } now || Immutable(old) is not { } before || JsonNode.DeepEquals(now, before))
            return;
        errors.Forbidden("spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
            + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }

    private static void ValidateStrategy(JsonObject? strategy, FieldErrors errors)
    {
        switch (strategy?.String("type"))
        {
            case null or "":
                errors.Required("spec.updateStrategy");
                break;
            case "OnDelete":
                if (strategy.Object("rollingUpdate") is not null)
                    errors.Invalid("spec.updateStrategy.rollingUpdate", InGo(strategy.Object("rollingUpdate")!), "only allowed for updateStrategy 'RollingUpdate'");
                break;
            case "RollingUpdate":
                TemplateRules.NotNegative(strategy.Object("rollingUpdate"), "partition", "spec.updateStrategy.rollingUpdate", errors);
                break;
            case var other:
                string shown = $"apps.StatefulSetUpdateStrategy{{Type:{GoText.Quote(other)}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}}";
                errors.Invalid("spec.updateStrategy", new GoSyntax(shown), "must be 'RollingUpdate' or 'OnDelete'");
                break;
        }
    }

    private static GoSyntax InGo(JsonObject rolling) =>
        new($"apps.RollingUpdateStatefulSetStrategy{{Partition:{rolling.Integer("partition") ?? 0}, MaxUnavailable:(*intstr.IntOrString)(nil)}}");

    /// <summary>Mounts may name a claim template as if it were a volume.</summary>
    private static KubeObject WithClaims(KubeObject subject)
    {
        if (subject.Spec?.Array("volumeClaimTemplates") is not { Count: > 0 } claims || subject.Spec.At("template", "spec") is not JsonObject)
            return subject;
        var copy = new KubeObject((JsonObject)subject.Json.DeepClone());
        var pod = (JsonObject)copy.Spec!.At("template", "spec")!;
        if (pod.Array("volumes") is not { } volumes)
            pod["volumes"] = volumes = [];
        HashSet<string> present = [.. volumes.OfType<JsonObject>().Select(volume => volume.String("name") ?? "")];
        foreach (JsonObject claim in claims.OfType<JsonObject>())
        {
            if (claim.Object("metadata")?.String("name") is { } name && present.Add(name))
                volumes.Add((JsonNode)new JsonObject { ["name"] = name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = name } });
        }

        return copy;
    }

    private static JsonObject? Immutable(KubeObject set)
    {
        var spec = (JsonObject?)set.Spec?.DeepClone();
        foreach (string field in Mutable)
            spec?.Remove(field);
        return spec;
    }
}
