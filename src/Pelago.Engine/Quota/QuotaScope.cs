// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Quota;

/// <summary>The scopes and scopeSelector of a quota: which pods it is about. Anything that is not a pod has no scope.</summary>
internal static class QuotaScope
{
    public static bool Matches(JsonObject quotaSpec, GroupResource resource, KubeObject item)
    {
        foreach ((string scope, string @operator, string[] values) in Terms(quotaSpec))
        {
            if (resource is not { Group: "", Resource: "pods" } || item.Spec is not { } spec || !Matches(spec, scope, @operator, values))
                return false;
        }

        return true;
    }

    private static IEnumerable<(string Scope, string Operator, string[] Values)> Terms(JsonObject quotaSpec)
    {
        foreach (JsonNode? scope in quotaSpec.Array("scopes") ?? [])
            yield return (scope?.ToString() ?? "", "Exists", []);
        foreach (JsonObject term in (quotaSpec.Object("scopeSelector")?.Array("matchExpressions") ?? []).OfType<JsonObject>())
        {
            string[] values = [.. (term.Array("values") ?? []).Select(value => value?.ToString() ?? "")];
            yield return (term.String("scopeName") ?? "", term.String("operator") ?? "Exists", values);
        }
    }

    private static bool Matches(JsonObject spec, string scope, string @operator, string[] values) => scope switch
    {
        "Terminating" => spec.Integer("activeDeadlineSeconds") is >= 0,
        "NotTerminating" => spec.Integer("activeDeadlineSeconds") is not >= 0,
        "BestEffort" => IsBestEffort(spec),
        "NotBestEffort" => !IsBestEffort(spec),
        "PriorityClass" => MatchesPriority(spec.String("priorityClassName") ?? "", @operator, values),
        "CrossNamespacePodAffinity" => NamesOtherNamespaces(spec),
        _ => false,
    };

    private static bool MatchesPriority(string name, string @operator, string[] values) => @operator switch
    {
        "In" => values.Contains(name),
        "NotIn" => !values.Contains(name),
        "DoesNotExist" => name.Length == 0,
        _ => name.Length > 0,
    };

    private static bool IsBestEffort(JsonObject spec) =>
        !(spec.Array("containers") ?? []).Concat(spec.Array("initContainers") ?? []).OfType<JsonObject>().Any(container =>
            Asks(container.Object("resources")?.Object("requests")) || Asks(container.Object("resources")?.Object("limits")));

    private static bool Asks(JsonObject? amounts)
    {
        QuotaAmounts read = QuotaAmounts.Read(amounts);
        return read["cpu"].Sign > 0 || read["memory"].Sign > 0;
    }

    private static bool NamesOtherNamespaces(JsonObject spec) =>
        new[] { "podAffinity", "podAntiAffinity" }.Any(kind => Terms(spec, kind).Any(term =>
            term.Array("namespaces") is { Count: > 0 } || term["namespaceSelector"] is not null));

    private static IEnumerable<JsonObject> Terms(JsonObject spec, string kind)
    {
        if (spec.Object("affinity")?.Object(kind) is not { } affinity)
            return [];
        IEnumerable<JsonObject> preferred = (affinity.Array("preferredDuringSchedulingIgnoredDuringExecution") ?? []).OfType<JsonObject>()
            .Select(weighted => weighted.Object("podAffinityTerm")).OfType<JsonObject>();
        return (affinity.Array("requiredDuringSchedulingIgnoredDuringExecution") ?? []).OfType<JsonObject>().Concat(preferred);
    }
}
