// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>Jobs: the selector is made from the uid unless manualSelector says otherwise (kubernetes pkg/registry/batch/job/strategy.go).</summary>
internal sealed class JobStrategy : ResourceStrategy
{
    private const string UidLabel = "batch.kubernetes.io/controller-uid";
    private const string NameLabel = "batch.kubernetes.io/job-name";

    public override void PrepareForCreate(StrategyContext context, KubeObject created)
    {
        if (created.Spec is not { } spec || spec.Boolean("manualSelector") == true || spec.Object("template") is not { } template)
            return;
        JsonObject labels = template.ObjectOrNew("metadata").ObjectOrNew("labels");
        labels[UidLabel] = created.Uid;
        labels["controller-uid"] = created.Uid;
        labels[NameLabel] = created.Name;
        labels["job-name"] = created.Name;
        JsonObject selector = spec.ObjectOrNew("selector");
        selector.ObjectOrNew("matchLabels")[UidLabel] = created.Uid;
    }

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        if (context.Subresource.Length > 0)
            return;
        ValidateSpec(subject.Spec, "spec", errors);
        TemplateRules.ValidateSelector(subject.Spec?.Object("selector"), "", errors);
        ValidateGenerated(subject, errors);
        TemplateRules.ValidateTemplate(subject, "spec.template", errors);
        ValidateRestart(subject.Spec, "spec", errors);
    }

    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (context.Subresource.Length > 0 || updated.Spec is not { } spec || old.Spec is not { } before)
            return;
        TemplateRules.ValidateSelectorUnchanged(updated, old, errors);
        bool isElastic = spec.String("completionMode") == "Indexed" && spec.Integer("completions") == spec.Integer("parallelism");
        if (!isElastic && !JsonNode.DeepEquals(spec["completions"], before["completions"]))
            errors.Invalid("spec.completions", spec["completions"], "field is immutable");
        foreach (string field in (ReadOnlySpan<string>)["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "successPolicy", "managedBy"])
        {
            if (!JsonNode.DeepEquals(spec[field], before[field]))
                errors.Invalid($"spec.{field}", spec[field], "field is immutable");
        }

        if (!JsonNode.DeepEquals(spec["template"], before["template"]) && !MaySchedule(spec, before, old))
            errors.Invalid("spec.template", spec["template"], "field is immutable");
    }

    /// <summary>The rules that a CronJob's template is held to, too.</summary>
    public static void ValidateSpec(JsonObject? spec, string path, FieldErrors errors)
    {
        foreach (string field in (ReadOnlySpan<string>)["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"])
            TemplateRules.NotNegative(spec, field, path, errors);
        ValidatePerIndex(spec, path, errors);
        SuccessPolicyRules.Validate(spec, $"{path}.successPolicy", errors);
        string mode = spec?.String("completionMode") ?? "NonIndexed";
        if (mode is not ("NonIndexed" or "Indexed"))
            errors.NotSupported($"{path}.completionMode", mode, "Indexed", "NonIndexed");
        if (mode == "Indexed" && spec?.Integer("completions") is null)
            errors.Required($"{path}.completions", "when completion mode is Indexed");
    }

    /// <summary>Limits of indexes without indexes would be no limits at all: the Job would never end.</summary>
    private static void ValidatePerIndex(JsonObject? spec, string path, FieldErrors errors)
    {
        foreach (string field in (ReadOnlySpan<string>)["backoffLimitPerIndex", "maxFailedIndexes"])
        {
            TemplateRules.NotNegative(spec, field, path, errors);
            if (spec?[field] is { } limit && spec.String("completionMode") != "Indexed")
                errors.Invalid($"{path}.{field}", limit, "requires indexed completion mode");
        }
        bool isLimited = spec?["backoffLimitPerIndex"] is not null;
        if (spec?.Integer("maxFailedIndexes") is { } most)
        {
            if (!isLimited)
                errors.Required($"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified");
            if (spec.Integer("completions") is { } completions && most > completions)
                errors.Invalid($"{path}.maxFailedIndexes", spec["maxFailedIndexes"], "must be less than or equal to completions");
        }
        JsonArray rules = spec?.Object("podFailurePolicy")?.Array("rules") ?? [];
        for (int i = 0; i < rules.Count; i++)
        {
            if (!isLimited && (rules[i] as JsonObject)?.String("action") == "FailIndex")
                errors.Invalid(
                    $"{path}.podFailurePolicy.rules[{i}].action", rules[i]!["action"], "requires the backoffLimitPerIndex to be set");
        }
    }

    public static void ValidateRestart(JsonObject? spec, string path, FieldErrors errors)
    {
        string restart = spec?.At("template", "spec", "restartPolicy")?.ToString() ?? "";
        if (restart is "" or "Always")
            errors.Required($"{path}.template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
        else if (restart is not ("OnFailure" or "Never"))
            errors.NotSupported($"{path}.template.spec.restartPolicy", restart, "OnFailure", "Never");
    }

    private static void ValidateGenerated(KubeObject subject, FieldErrors errors)
    {
        if (subject.Spec?.Boolean("manualSelector") == true || subject.Spec?.Object("selector") is not { } selector)
            return;
        JsonObject? labels = selector.Object("matchLabels");
        string? uid = labels?.String(UidLabel) ?? labels?.String("controller-uid");
        if (labels?.Count != 1 || uid != subject.Uid || selector.Array("matchExpressions") is { Count: > 0 })
            errors.Invalid("spec.selector", GoSyntax.LabelSelector(selector), "`selector` not auto-generated");
    }

    /// <summary>While a job that never started is suspended, where its pods may run can still be said.</summary>
    private static bool MaySchedule(JsonObject spec, JsonObject before, KubeObject old)
    {
        if (before.Boolean("suspend") != true || old.Status?.String("startTime") is not null)
            return false;
        return JsonNode.DeepEquals(WithoutPlacement(spec), WithoutPlacement(before));
    }

    private static JsonNode? WithoutPlacement(JsonObject spec)
    {
        JsonNode? template = spec["template"]?.DeepClone();
        if (template is not JsonObject json)
            return template;
        foreach (string field in (ReadOnlySpan<string>)["affinity", "nodeSelector", "tolerations", "schedulingGates"])
            json.Object("spec")?.Remove(field);
        json.Object("metadata")?.Remove("labels");
        json.Object("metadata")?.Remove("annotations");
        return json;
    }
}
