// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Pods;

/// <summary>The quality of service class that a pod's requests and limits make (kubernetes pkg/apis/core/helper/qos).</summary>
internal static class QosClass
{
    private static readonly string[] Counted = ["cpu", "memory"];

    public static string Of(JsonObject spec)
    {
        bool any = false, guaranteed = true;
        foreach (JsonObject container in Containers(spec))
        {
            JsonObject? requests = container.Object("resources")?.Object("requests"), limits = container.Object("resources")?.Object("limits");
            foreach (string resource in Counted)
            {
                Quantity request = Amount(requests, resource), limit = Amount(limits, resource);
                any |= request.Sign > 0 || limit.Sign > 0;
                guaranteed &= limit.Sign > 0 && (request.Sign <= 0 || request == limit);
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        (spec.Array("initContainers") ?? []).Concat(spec.Array("containers") ?? []).OfType<JsonObject>();

    private static Quantity Amount(JsonObject? amounts, string resource) =>
        Quantity.TryParse(amounts?[resource]?.ToString(), out Quantity amount) ? amount : Quantity.Zero;
}
