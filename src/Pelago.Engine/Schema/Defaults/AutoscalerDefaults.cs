// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Schema.Defaults;

/// <summary>autoscaling/v2; v1 is a view of it.</summary>
internal static class AutoscalerDefaults
{
    private const long CpuUtilization = 80;
    private const long PeriodSeconds = 15;

    public static void HorizontalPodAutoscaler(KubeObject autoscaler)
    {
        if (autoscaler.Spec is not { } spec)
            return;
        if (spec.Array("metrics") is not { Count: > 0 })
            spec["metrics"] = new JsonArray(CpuMetric());
        if (spec.Object("behavior") is not { } behavior)
            return;
        JsonObject up = behavior.ObjectOrNew("scaleUp");
        up.TryAdd("stabilizationWindowSeconds", 0L);
        Fill(up, Policy("Pods", 4), Policy("Percent", 100));
        Fill(behavior.ObjectOrNew("scaleDown"), Policy("Percent", 100));
    }

    private static void Fill(JsonObject rules, params JsonNode[] policies)
    {
        rules.TryAdd("selectPolicy", "Max");
        if (rules.Array("policies") is not { Count: > 0 })
            rules["policies"] = new JsonArray(policies);
    }

    private static JsonObject Policy(string type, long value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = PeriodSeconds };

    private static JsonObject CpuMetric() => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonObject
        {
            ["name"] = "cpu",
            ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = CpuUtilization },
        },
    };
}
