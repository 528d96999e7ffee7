// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>
/// While gates keep a pod from the scheduler, where it may go is narrowed and never widened (kubernetes
/// pkg/apis/core/validation/validation.go@v1.33: validateNodeSelectorMutation, validateNodeAffinityMutation).
/// </summary>
internal static class GatedPodRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string OnlyAdditions = "only additions are allowed (no mutations or deletions)";

    /// <summary>Gates are only taken away, from any pod; the rest is judged of one that has some.</summary>
    public static void ValidateUpdate(JsonObject spec, JsonObject old, FieldErrors errors)
    {
        HashSet<string> known = [.. Gates(old)];
        int at = 0;
        foreach (string gate in Gates(spec))
        {
            if (!known.Contains(gate))
                errors.Forbidden($"spec.schedulingGates[{at}].name", $"only deletion is allowed, but found new scheduling gate '{gate}'");
            at++;
        }

        if (!IsGated(old))
            return;
        JsonObject selector = spec.Object("nodeSelector") ?? [];
        if ((old.Object("nodeSelector") ?? []).Any(before => !JsonNode.DeepEquals(selector[before.Key], before.Value)))
            errors.Invalid("spec.nodeSelector", selector, OnlyAdditions);
        ValidateTerms(Terms(spec), Terms(old), errors);
    }

    /// <summary>Puts what may change of a gated pod back to what it was.</summary>
    public static void Restore(JsonObject spec, JsonObject old)
    {
        if (!IsGated(old))
            return;
        Put(spec, "nodeSelector", old["nodeSelector"]);
        JsonNode? affinity = old.Object("affinity")?["nodeAffinity"];
        if (spec.Object("affinity") is { } present)
            Put(present, "nodeAffinity", affinity);
        else if (affinity is not null)
            spec["affinity"] = new JsonObject { ["nodeAffinity"] = affinity.DeepClone() };
        if (spec.Object("affinity") is { Count: 0 } && old["affinity"] is null)
            spec.Remove("affinity");
    }

    /// <summary>Terms are alternatives: one more would let the pod go to more nodes. Within a term each requirement takes nodes away.</summary>
    private static void ValidateTerms(JsonArray terms, JsonArray old, FieldErrors errors)
    {
        const string path = $"spec.affinity.nodeAffinity.{Required}.nodeSelectorTerms";
        if (old.Count == 0)
            return;
        if (terms.Count != old.Count)
        {
            errors.Invalid(path, terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }

        for (int i = 0; i < old.Count; i++)
        {
            if (!Narrows(terms[i] as JsonObject ?? [], old[i] as JsonObject ?? []))
                errors.Invalid($"{path}[{i}]", terms[i], OnlyAdditions);
        }
    }

    private static bool Narrows(JsonObject term, JsonObject old)
    {
        // A term that says nothing matches no node: with a requirement it would match some.
        return Requirements(old) == 0
            ? Requirements(term) == 0
            : BeginsWith(term.Array("matchExpressions"), old.Array("matchExpressions")) && BeginsWith(term.Array("matchFields"), old.Array("matchFields"));
    }

    private static int Requirements(JsonObject term) => (term.Array("matchExpressions")?.Count ?? 0) + (term.Array("matchFields")?.Count ?? 0);

    private static bool BeginsWith(JsonArray? list, JsonArray? old) =>
        (list?.Count ?? 0) >= (old?.Count ?? 0) && (old ?? []).Select((item, at) => JsonNode.DeepEquals(item, list![at])).All(same => same);

    private static JsonArray Terms(JsonObject spec) =>
        spec.Object("affinity")?.Object("nodeAffinity")?.Object(Required)?.Array("nodeSelectorTerms") ?? [];

    private static void Put(JsonObject target, string field, JsonNode? value)
    {
        if (value is null)
            target.Remove(field);
        else
            target[field] = value.DeepClone();
    }

    private static bool IsGated(JsonObject spec) => spec.Array("schedulingGates") is { Count: > 0 };

    private static IEnumerable<string> Gates(JsonObject spec) =>
        (spec.Array("schedulingGates") ?? []).OfType<JsonObject>().Select(gate => gate.String("name") ?? "");
}
