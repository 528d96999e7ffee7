// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>Applies a podFailurePolicy to failed pods (pkg/controller/job/pod_failure_policy.go): the first rule that matches decides.</summary>
internal static class PodFailureRules
{
    /// <summary>
    /// The message of a FailJob match, if any, whether the failure counts against the back-off limit, and whether it ends the pod's index.
    /// </summary>
    public static (string? FailJob, bool Counts, bool FailIndex) Match(V1PodFailurePolicy? policy, PodSummary pod)
    {
        for (int i = 0; i < (policy?.Rules?.Count ?? 0); i++)
        {
            V1PodFailurePolicyRule rule = policy!.Rules[i];
            string? why = rule.OnExitCodes is { } codes ? MatchCodes(codes, pod) : MatchConditions(rule, pod);
            if (why is null)
                continue;
            return rule.Action switch
            {
                "FailJob" => ($"{why} matching FailJob rule at index {i}", true, false),
                "Ignore" => (null, false, false),
                "FailIndex" => (null, true, true),
                _ => (null, true, false),
            };
        }
        return (null, true, false);
    }

    private static string? MatchCodes(V1PodFailurePolicyOnExitCodesRequirement codes, PodSummary pod)
    {
        foreach (ContainerEnd end in pod.Ends)
        {
            if (end.ExitCode == 0 || (codes.ContainerName is { Length: > 0 } only && only != end.Name))
                continue;
            bool listed = codes.Values.Contains(end.ExitCode);
            if (listed == (codes.OperatorProperty == "In"))
                return $"Container {end.Name} for pod {pod.Key} failed with exit code {end.ExitCode}";
        }
        return null;
    }

    private static string? MatchConditions(V1PodFailurePolicyRule rule, PodSummary pod)
    {
        foreach (PodConditionStatus condition in pod.Conditions)
        {
            if ((rule.OnPodConditions ?? []).Any(pattern => pattern.Type == condition.Type && (pattern.Status ?? "True") == condition.Status))
                return $"Pod {pod.Key} has condition {condition.Type}";
        }
        return null;
    }
}
