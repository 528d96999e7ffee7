// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>Keeps pods off a node that do not tolerate it (core/v1 Taint).</summary>
internal sealed record Taint(string Key, string Value, string Effect)
{
    /// <summary>The mark of a cordoned node, as far as tolerations go.</summary>
    public static readonly Taint Unschedulable = new("node.kubernetes.io/unschedulable", "", "NoSchedule");

    /// <summary>Keeps new pods away; <c>PreferNoSchedule</c> only counts in the score.</summary>
    public bool IsHard => Effect is "NoSchedule" or "NoExecute";

    public static Taint Read(JsonObject json) => new(json.String("key") ?? "", json.String("value") ?? "", json.String("effect") ?? "");
}
