// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>What a Job's spec says, with its defaults.</summary>
internal static class JobRules
{
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";
    public const string IndexAnnotation = "batch.kubernetes.io/job-completion-index";

    public static bool IsIndexed(V1Job job) => job.Spec.CompletionMode == "Indexed";

    public static int Parallelism(V1Job job) => job.Spec.Parallelism ?? 1;

    public static bool IsSuspended(V1Job job) => job.Spec.Suspend == true;

    public static bool IsFinished(V1Job job) => Condition(job.Status, "Complete") is not null || Condition(job.Status, "Failed") is not null;

    /// <summary>With this policy a pod on its way out is not replaced, nor counted, before it has ended.</summary>
    public static bool ReplacesOnlyFailed(V1Job job) => job.Spec.PodReplacementPolicy == "Failed" || job.Spec.PodFailurePolicy is not null;

    public static bool HasFailed(V1Job job, PodSummary pod) =>
        pod.Phase == "Failed" || (pod.IsDeleting && pod.Phase != "Succeeded" && !ReplacesOnlyFailed(job));

    public static int? IndexOf(PodSummary pod)
    {
        string? text = pod.Annotations?.GetValueOrDefault(IndexAnnotation) ?? pod.Labels.GetValueOrDefault(IndexAnnotation);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
    }

    /// <summary>A condition that holds.</summary>
    public static V1JobCondition? Condition(V1JobStatus? status, string type) =>
        status?.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == "True");
}
