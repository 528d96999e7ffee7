// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>One term of a node selector: all its conditions must hold. One without conditions, or with one that makes no sense, matches no node.</summary>
internal sealed class NodeSelectorTerm
{
    private readonly LabelRequirement[] _labels;
    private readonly LabelRequirement[] _names;
    private readonly bool _matchesNothing;

    private NodeSelectorTerm(LabelRequirement[] labels, LabelRequirement[] names, bool matchesNothing)
    {
        _labels = labels;
        _names = names;
        _matchesNothing = matchesNothing;
    }

    public static NodeSelectorTerm Read(JsonObject json)
    {
        bool good = TryRead(json.Array("matchExpressions"), out LabelRequirement[] labels);
        good &= TryRead(json.Array("matchFields"), out LabelRequirement[] names);
        good &= names.All(requirement => requirement.Key == "metadata.name");
        return new NodeSelectorTerm(labels, names, !good || labels.Length + names.Length == 0);
    }

    /// <summary>The terms of a NodeSelector; any of them may match.</summary>
    public static NodeSelectorTerm[] ReadTerms(JsonObject? selector) =>
        [.. (selector?.Array("nodeSelectorTerms") ?? []).OfType<JsonObject>().Select(Read)];

    public bool Matches(NodeView node)
    {
        if (_matchesNothing)
            return false;
        foreach (LabelRequirement requirement in _labels)
        {
            if (!requirement.Matches(node.Label(requirement.Key)))
                return false;
        }

        return Array.TrueForAll(_names, requirement => requirement.Matches(node.Name));
    }

    private static bool TryRead(JsonArray? expressions, out LabelRequirement[] requirements)
    {
        var read = new List<LabelRequirement>();
        requirements = [];
        foreach (JsonObject expression in (expressions ?? []).OfType<JsonObject>())
        {
            LabelOperator? @operator = expression.String("operator") switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                "Gt" => LabelOperator.GreaterThan,
                "Lt" => LabelOperator.LessThan,
                _ => null,
            };
            IEnumerable<string> values = (expression.Array("values") ?? []).Select(value => value?.ToString() ?? "");
            if (@operator is null || !LabelRequirement.TryCreate(expression.String("key") ?? "", @operator.Value, values, out LabelRequirement? made, out _))
                return false;
            read.Add(made);
        }

        requirements = [.. read];
        return true;
    }
}
