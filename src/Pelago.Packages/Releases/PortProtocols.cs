// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Releases;

/// <summary>
/// Says TCP of ports that name no protocol, as their default is. Server-side apply takes the protocol as a part of a port's key, and API servers up to 1.20
/// refuse a port without it ("omits key field protocol", kubernetes/kubernetes issue 92332).
/// </summary>
internal static class PortProtocols
{
    private const string Default = "TCP";

    public static void Fill(JsonObject item)
    {
        JsonObject? spec = item.Object("spec");
        switch (item.String("kind"))
        {
            case "Service":
                Fill(spec?.Array("ports"));
                break;
            case "Pod":
                FillPod(spec);
                break;
            case "CronJob":
                FillPod(item.At("spec", "jobTemplate", "spec", "template", "spec") as JsonObject);
                break;
            default:
                FillPod(spec?.Object("template")?.Object("spec"));
                break;
        }
    }

    private static void FillPod(JsonObject? pod)
    {
        foreach (JsonObject container in (pod?.Array("containers") ?? []).Concat(pod?.Array("initContainers") ?? []).OfType<JsonObject>())
            Fill(container.Array("ports"));
    }

    private static void Fill(JsonArray? ports)
    {
        foreach (JsonObject port in (ports ?? []).OfType<JsonObject>())
            port.TryAdd("protocol", Default);
    }
}
