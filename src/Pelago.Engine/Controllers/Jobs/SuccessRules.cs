// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>Applies a successPolicy to the finished indexes of a Job (pkg/controller/job/success_policy.go): one rule is enough.</summary>
internal static class SuccessRules
{
    /// <summary>What the condition says of the rule that is met; null when none is.</summary>
    public static string? Match(V1Job job, SortedSet<int>? succeeded)
    {
        if (succeeded is not { Count: > 0 } || job.Spec.SuccessPolicy?.Rules is not { } rules)
            return null;
        for (int i = 0; i < rules.Count; i++)
        {
            if (IsMet(rules[i], job.Spec.Completions ?? 0, succeeded))
                return $"Matched rules at index {i}";
        }
        return null;
    }

    private static bool IsMet(V1SuccessPolicyRule rule, int completions, SortedSet<int> succeeded)
    {
        if (rule.SucceededIndexes is null)
            return rule.SucceededCount is { } enough && succeeded.Count >= enough;
        SortedSet<int> wanted = CompletionIndexes.Parse(rule.SucceededIndexes, completions);
        int met = wanted.Count(succeeded.Contains);
        return wanted.Count > 0 && met >= (rule.SucceededCount ?? wanted.Count);
    }
}
