// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Engine.Strategies.Pods;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Workloads;

/// <summary>What controllers of pods have in common: a selector that cannot change and a template that it matches.</summary>
internal static class TemplateRules
{
    /// <summary>
    /// The selector and the template of a controller that keeps its pods running: a LabelSelector that is there and not empty, labels that it
    /// matches, restartPolicy Always.
    /// </summary>
    public static void Validate(KubeObject workload, string emptyMessage, FieldErrors errors)
    {
        ValidateSelector(workload.Spec?.Object("selector"), emptyMessage, errors);
        ValidateTemplate(workload, "spec.template", errors);
        string restart = workload.Spec?.At("template", "spec", "restartPolicy")?.ToString() ?? "";
        if (restart is not ("" or "Always"))
            errors.NotSupported("spec.template.spec.restartPolicy", restart, "Always");
        if (workload.Spec?.At("template", "spec", "activeDeadlineSeconds") is not null)
            errors.Forbidden("spec.template.spec.activeDeadlineSeconds", $"activeDeadlineSeconds in {workload.Kind} is not Supported");
    }

    /// <summary>A LabelSelector that is there and, unless the message is empty, selects by something.</summary>
    public static void ValidateSelector(JsonObject? selector, string emptyMessage, FieldErrors errors)
    {
        if (selector is null)
        {
            // DaemonSets leave it at the labels that nothing matches.
            if (!errors.IsCovered("spec.selector"))
                errors.Required("spec.selector");
            return;
        }

        LabelSelectorRules.Validate(selector, "spec.selector", errors);
        if (emptyMessage.Length > 0 && selector.Object("matchLabels") is not { Count: > 0 } && selector.Array("matchExpressions") is not { Count: > 0 })
            errors.Invalid("spec.selector", GoSyntax.LabelSelector(selector), emptyMessage);
    }

    /// <summary>A template whose labels the selector matches; one that cannot be read, or is not there, matches nothing.</summary>
    public static void ValidateTemplate(KubeObject workload, string path, FieldErrors errors)
    {
        JsonObject? selector = workload.Spec?.Object("selector");
        var labels = workload.Spec?.At("template", "metadata", "labels") as JsonObject;
        if (selector is not null && !LabelSelector.TryRead(selector, out _, out _))
        {
            errors.Invalid("spec.selector", GoSyntax.LabelSelector(selector), "invalid label selector");
            return;
        }

        if (selector is null || LabelSelector.TryRead(selector, out LabelSelector? parsed, out _) && !parsed.Matches(labels))
            errors.Invalid($"{path}.metadata.labels", GoSyntax.Map(labels), "`selector` does not match template `labels`");
        ValidatePod(workload.Spec?.Object("template"), path, errors);
    }

    public static void ValidatePod(JsonObject? template, string path, FieldErrors errors)
    {
        MetadataRules.ValidateLabels(template?.Object("metadata")?.Object("labels"), $"{path}.labels", errors);
        HostPortRules.Validate(template?.Object("metadata")?.Object("annotations"), $"{path}.annotations", errors);
        PodRules.Validate(template?.Object("spec"), $"{path}.spec", errors);
    }

    public static void ValidateSelectorUnchanged(KubeObject updated, KubeObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(updated.Spec?["selector"], old.Spec?["selector"]))
            errors.Invalid("spec.selector", GoSyntax.LabelSelector(updated.Spec?.Object("selector")), "field is immutable");
    }

    /// <summary>A count that must not be below zero.</summary>
    public static void NotNegative(JsonObject? json, string field, string path, FieldErrors errors)
    {
        if (json?.Integer(field) is < 0 and { } number)
            errors.Invalid($"{path}.{field}", number, "must be greater than or equal to 0");
    }
}
