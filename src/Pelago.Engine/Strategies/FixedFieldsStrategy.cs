// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Strategies;

/// <summary>Kinds of which some fields cannot change and nothing else is special.</summary>
internal sealed class FixedFieldsStrategy(params string[] fields) : ResourceStrategy
{
    public override void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
        foreach (string field in fields)
        {
            JsonNode? now = FieldParts.Read(updated.Json, field), before = FieldParts.Read(old.Json, field);
            if (!JsonNode.DeepEquals(now, before))
                errors.Invalid(field, now, "field is immutable");
        }
    }
}
