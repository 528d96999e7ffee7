// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>What taints a pod puts up with; empty key, value and effect stand for any (core/v1 Toleration).</summary>
internal sealed record Toleration(string Key, string Operator, string Value, string Effect)
{
    public static Toleration Read(JsonObject json) =>
        new(json.String("key") ?? "", json.String("operator") ?? "Equal", json.String("value") ?? "", json.String("effect") ?? "");

    public bool Tolerates(Taint taint)
    {
        if (Effect.Length > 0 && Effect != taint.Effect)
            return false;
        if (Key.Length > 0 && Key != taint.Key)
            return false;
        return Operator == "Exists" || (Operator is "" or "Equal" && Key.Length > 0 && Value == taint.Value);
    }
}
