// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>How evenly pods of a kind are to lie over places (core/v1 TopologySpreadConstraint).</summary>
internal sealed class SpreadConstraint
{
    private readonly LabelSelector _selector;
    private readonly string _namespace;

    private SpreadConstraint(JsonObject json, string ownNamespace, IReadOnlyDictionary<string, string> ownLabels)
    {
        _namespace = ownNamespace;
        TopologyKey = json.String("topologyKey") ?? "";
        MaxSkew = (int)(json.Integer("maxSkew") ?? 1);
        MinDomains = (int)(json.Integer("minDomains") ?? 1);
        IsHard = json.String("whenUnsatisfiable") != "ScheduleAnyway";
        HonorsAffinity = json.String("nodeAffinityPolicy") != "Ignore";
        HonorsTaints = json.String("nodeTaintsPolicy") == "Honor";
        LabelSelector selector = LabelSelector.TryRead(json.Object("labelSelector"), out LabelSelector? read, out _) ? read : LabelSelector.Nothing;
        _selector = selector.IsNothing ? selector : LabelSelector.Of([.. selector.Requirements, .. OwnValues(json.Array("matchLabelKeys"), ownLabels)]);
    }

    public string TopologyKey { get; }
    public int MaxSkew { get; }
    public int MinDomains { get; }
    public bool IsHard { get; }
    public bool HonorsAffinity { get; }
    public bool HonorsTaints { get; }

    public static SpreadConstraint[] Read(JsonArray? constraints, string ownNamespace, IReadOnlyDictionary<string, string> ownLabels) =>
        [.. (constraints ?? []).OfType<JsonObject>().Select(json => new SpreadConstraint(json, ownNamespace, ownLabels))];

    public bool Counts(PodClass pod) => pod.Namespace == _namespace && _selector.Matches(pod.Labels);

    private static IEnumerable<LabelRequirement> OwnValues(JsonArray? keys, IReadOnlyDictionary<string, string> ownLabels)
    {
        foreach (string key in (keys ?? []).Select(key => key?.ToString() ?? ""))
        {
            if (ownLabels.TryGetValue(key, out string? value) && LabelRequirement.TryCreate(key, LabelOperator.In, [value], out LabelRequirement? made, out _))
                yield return made;
        }
    }
}
