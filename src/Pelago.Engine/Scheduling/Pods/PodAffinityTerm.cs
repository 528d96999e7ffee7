// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// A wish about pods that are in the same place: those of some namespaces whose labels match, where a place is all nodes with the same value
/// of <see cref="TopologyKey"/>. <see cref="Weight"/> matters for preferred terms only.
/// </summary>
internal sealed class PodAffinityTerm
{
    private readonly LabelSelector _selector;
    private readonly HashSet<string> _namespaces;
    private readonly LabelSelector _namespaceSelector;

    private PodAffinityTerm(JsonObject json, string ownNamespace, int weight)
    {
        Weight = weight;
        TopologyKey = json.String("topologyKey") ?? "";
        _selector = LabelSelector.TryRead(json.Object("labelSelector"), out LabelSelector? selector, out _) ? selector : LabelSelector.Nothing;
        _namespaceSelector = LabelSelector.TryRead(json.Object("namespaceSelector"), out LabelSelector? namespaces, out _) ? namespaces : LabelSelector.Nothing;
        _namespaces = [.. (json.Array("namespaces") ?? []).Select(name => name?.ToString() ?? "")];
        if (_namespaces.Count == 0 && json.Object("namespaceSelector") is null)
            _namespaces.Add(ownNamespace);
    }

    public int Weight { get; }
    public string TopologyKey { get; }

    public static PodAffinityTerm[] ReadRequired(JsonObject? affinity, string ownNamespace) =>
        [.. (affinity?.Array("requiredDuringSchedulingIgnoredDuringExecution") ?? []).OfType<JsonObject>().Select(json => new PodAffinityTerm(json, ownNamespace, 0))];

    public static PodAffinityTerm[] ReadPreferred(JsonObject? affinity, string ownNamespace) =>
    [
        .. (affinity?.Array("preferredDuringSchedulingIgnoredDuringExecution") ?? []).OfType<JsonObject>().Select(json =>
            new PodAffinityTerm(json.Object("podAffinityTerm") ?? [], ownNamespace, (int)(json.Integer("weight") ?? 0))),
    ];

    /// <summary>Is this one of the pods that the term is about?</summary>
    public bool Matches(PodClass pod, NamespaceLabels namespaces) =>
        (_namespaces.Contains(pod.Namespace) || (!_namespaceSelector.IsNothing && _namespaceSelector.Matches(namespaces.LabelsOf(pod.Namespace))))
        && _selector.Matches(pod.Labels);
}
