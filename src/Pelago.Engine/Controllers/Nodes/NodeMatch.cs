// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>Whether a pod template may run on a node: selectors, required affinity, taints (component-helpers scheduling/corev1).</summary>
internal static class NodeMatch
{
    public static bool SelectorMatches(V1PodSpec spec, V1Node node)
    {
        IDictionary<string, string> labels = node.Metadata.Labels ?? new Dictionary<string, string>();
        foreach ((string key, string value) in spec.NodeSelector ?? new Dictionary<string, string>())
        {
            if (!labels.TryGetValue(key, out string? present) || present != value)
                return false;
        }
        V1NodeSelector? required = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        return required is null || Matches(required, node);
    }

    /// <summary>Any term is enough; an empty term matches nothing.</summary>
    public static bool Matches(V1NodeSelector selector, V1Node node) => (selector.NodeSelectorTerms ?? []).Any(term =>
        (term.MatchExpressions is { Count: > 0 } || term.MatchFields is { Count: > 0 })
        && (term.MatchExpressions ?? []).All(requirement => Holds(requirement, node.Metadata.Labels))
        && (term.MatchFields ?? []).All(requirement => Holds(requirement, new Dictionary<string, string> { ["metadata.name"] = node.Metadata.Name })));

    /// <summary>The first taint of the given effects that nothing tolerates.</summary>
    public static V1Taint? Untolerated(V1Node node, IEnumerable<V1Toleration> tolerations, params string[] effects) =>
        (node.Spec?.Taints ?? []).FirstOrDefault(taint => effects.Contains(taint.Effect) && !tolerations.Any(toleration => Tolerates(toleration, taint)));

    public static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        Tolerates(toleration.Key, toleration.OperatorProperty, toleration.Value, toleration.Effect, taint);

    public static bool Tolerates(string? key, string? @operator, string? value, string? effect, V1Taint taint)
    {
        if (!string.IsNullOrEmpty(effect) && effect != taint.Effect)
            return false;
        if (!string.IsNullOrEmpty(key) && key != taint.Key)
            return false;
        return @operator switch
        {
            null or "" or "Equal" => (value ?? "") == (taint.Value ?? ""),
            "Exists" => true,
            _ => false,
        };
    }

    private static bool Holds(V1NodeSelectorRequirement requirement, IDictionary<string, string>? labels)
    {
        string? value = null;
        bool present = labels?.TryGetValue(requirement.Key, out value) == true;
        IList<string> values = requirement.Values ?? [];
        return requirement.OperatorProperty switch
        {
            "In" => present && values.Contains(value!),
            "NotIn" => !present || !values.Contains(value!),
            "Exists" => present,
            "DoesNotExist" => !present,
            "Gt" => Compare(value, values) > 0,
            "Lt" => Compare(value, values) < 0,
            _ => false,
        };
    }

    private static int? Compare(string? value, IList<string> values) =>
        values.Count == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long have)
        && long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long bound) ? have.CompareTo(bound) : null;
}
