// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Authorization;

/// <summary>
/// Whether some rules allow all that others allow: for what a user may grant on, and for what a default role lacks
/// (component-helpers auth/rbac/validation/policy_comparator.go).
/// </summary>
internal static class RuleCoverage
{
    /// <summary>What of <paramref name="wanted"/> is not in <paramref name="held"/>, cut into rules of one group, resource and name, with their verbs.</summary>
    public static IReadOnlyList<PolicyRule> Missing(IReadOnlyList<PolicyRule> held, IEnumerable<PolicyRule> wanted) =>
        Joined(wanted.SelectMany(Parts).Where(part => !held.Any(rule => Covers(rule, part))));

    private static IEnumerable<PolicyRule> Parts(PolicyRule rule)
    {
        foreach (string group in rule.ApiGroups)
        {
            foreach (string resource in rule.Resources)
            {
                foreach (string verb in rule.Verbs)
                {
                    if (rule.ResourceNames.Length == 0)
                        yield return new PolicyRule { Verbs = [verb], ApiGroups = [group], Resources = [resource] };
                    foreach (string name in rule.ResourceNames)
                        yield return new PolicyRule { Verbs = [verb], ApiGroups = [group], Resources = [resource], ResourceNames = [name] };
                }
            }
        }

        foreach (string url in rule.NonResourceUrls)
        {
            foreach (string verb in rule.Verbs)
                yield return new PolicyRule { Verbs = [verb], NonResourceUrls = [url] };
        }
    }

    /// <summary>Puts the verbs of the same resource together again; paths stay apart.</summary>
    private static List<PolicyRule> Joined(IEnumerable<PolicyRule> parts)
    {
        var joined = new List<PolicyRule>();
        var places = new Dictionary<(string Group, string Resource, string? Name), int>();
        foreach (PolicyRule part in parts)
        {
            if (part.NonResourceUrls.Length > 0)
            {
                joined.Add(part);
                continue;
            }

            (string, string, string?) key = (part.ApiGroups[0], part.Resources[0], part.ResourceNames.FirstOrDefault());
            if (!places.TryGetValue(key, out int at))
            {
                places[key] = joined.Count;
                joined.Add(part);
                continue;
            }

            PolicyRule first = joined[at];
            joined[at] = new PolicyRule
            {
                Verbs = [.. first.Verbs, .. part.Verbs], ApiGroups = first.ApiGroups, Resources = first.Resources, ResourceNames = first.ResourceNames,
            };
        }

        return joined;
    }

    /// <summary><paramref name="part"/> has one value in each field that it has.</summary>
    private static bool Covers(PolicyRule rule, PolicyRule part)
    {
        if (!Has(rule.Verbs, part.Verbs[0]))
            return false;
        if (part.NonResourceUrls.Length > 0)
            return rule.CoversPath(part.NonResourceUrls[0]);
        bool named = rule.ResourceNames.Length == 0 || (part.ResourceNames.Length > 0 && rule.ResourceNames.Contains(part.ResourceNames[0]));
        return named && Has(rule.ApiGroups, part.ApiGroups[0]) && HasResource(rule.Resources, part.Resources[0]);
    }

    private static bool HasResource(string[] resources, string wanted)
    {
        int slash = wanted.IndexOf('/', StringComparison.Ordinal);
        return Has(resources, wanted) || (slash >= 0 && resources.Contains($"*{wanted[slash..]}"));
    }

    private static bool Has(string[] values, string wanted) => values.Contains(wanted) || values.Contains(PolicyRule.All);
}
