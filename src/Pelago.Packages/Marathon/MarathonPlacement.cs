// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Marathon;

/// <summary>Where instances may be: the constraints that have a counterpart.</summary>
internal static class MarathonPlacement
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    public static void Map(MarathonFields app, JsonObject pod, string name, string label)
    {
        if (app.Take("constraints") is not JsonArray constraints)
            return;
        for (int i = 0; i < constraints.Count; i++)
        {
            string[] words = constraints[i] switch
            {
                JsonArray list => [.. list.Select(word => word?.ToString() ?? "")],
                JsonValue text => text.ToString().Split(':'),
                _ => [],
            };
            if (!Map(words, pod, name, label))
                app.Note($"constraints/{i}", $"[{string.Join(", ", words)}] has no counterpart");
        }
    }

    private static bool Map(string[] words, JsonObject pod, string name, string label)
    {
        string? key = words.Length < 2 ? null : words[0] switch
        {
            "hostname" or "@hostname" => "kubernetes.io/hostname",
            "@zone" => "topology.kubernetes.io/zone",
            "@region" => "topology.kubernetes.io/region",
            _ => null,
        };
        if (key is null)
            return false;
        switch (words[1].ToUpperInvariant())
        {
            case "UNIQUE":
                JsonObject apart = pod.ObjectOrNew("affinity").ObjectOrNew("podAntiAffinity");
                if (apart.Array(Required) is not { } terms)
                    apart[Required] = terms = [];
                terms.Add((JsonNode)new JsonObject { ["topologyKey"] = key, ["labelSelector"] = Selector(name, label) });
                return true;
            case "GROUP_BY":
                Spread(pod, key, name, label);
                return true;
            case "CLUSTER" or "IS" when words.Length > 2 && words[2].Length > 0:
                JsonObject chosen = pod.ObjectOrNew("nodeSelector");
                if (chosen.String(key) is { } other && other != words[2])
                    return false;
                chosen[key] = words[2];
                return true;
            default:
                return false;
        }
    }

    private static void Spread(JsonObject pod, string key, string name, string label)
    {
        if (pod.Array("topologySpreadConstraints") is not { } spread)
            pod["topologySpreadConstraints"] = spread = [];
        spread.Add((JsonNode)new JsonObject { ["maxSkew"] = 1, ["topologyKey"] = key, ["whenUnsatisfiable"] = "ScheduleAnyway", ["labelSelector"] = Selector(name, label) });
    }

    private static JsonObject Selector(string name, string label) => new() { ["matchLabels"] = new JsonObject { [label] = name } };
}
