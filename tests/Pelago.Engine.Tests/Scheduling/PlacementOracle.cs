// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Engine.Tests.Scheduling;

/// <summary>A node of the oracle: plain facts, from which the document is made too.</summary>
internal sealed record OracleNode(string Name, string Zone, int Cpu, bool Tainted, bool Cordoned)
{
    public string Labels => new JsonObject { ["zone"] = Zone, ["host"] = Name }.ToJsonString();

    public string Spec
    {
        get
        {
            var spec = new JsonObject { ["unschedulable"] = Cordoned };
            if (Tainted)
                spec["taints"] = new JsonArray(new JsonObject { ["key"] = "t", ["value"] = "v", ["effect"] = "NoSchedule" });
            return spec.ToJsonString();
        }
    }

    public string Place(string key) => key == "zone" ? Zone : Name;
}

/// <summary>A pod of the oracle. <c>Near</c>, <c>Apart</c>: app and topology key of a required term; <c>Spread</c>: key of a hard constraint on its own app.</summary>
internal sealed record OraclePod(
    string App, int Cpu, bool Tolerates, string? WantsZone, int HostPort, (string App, string Key)? Near, (string App, string Key)? Apart, (string Key, int Skew)? Spread)
{
    public string Labels => new JsonObject { ["app"] = App }.ToJsonString();

    public string Spec
    {
        get
        {
            var container = new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = Cpu } } };
            if (HostPort > 0)
                container["ports"] = new JsonArray(new JsonObject { ["hostPort"] = HostPort });
            var spec = new JsonObject { ["containers"] = new JsonArray(container) };
            if (Tolerates)
                spec["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" });
            if (WantsZone is not null)
                spec["nodeSelector"] = new JsonObject { ["zone"] = WantsZone };
            var affinity = new JsonObject();
            if (Near is { } near)
                affinity["podAffinity"] = Terms(near);
            if (Apart is { } apart)
                affinity["podAntiAffinity"] = Terms(apart);
            spec["affinity"] = affinity;
            if (Spread is { } spread)
            {
                spec["topologySpreadConstraints"] = new JsonArray(new JsonObject
                {
                    ["maxSkew"] = spread.Skew, ["topologyKey"] = spread.Key, ["whenUnsatisfiable"] = "DoNotSchedule", ["labelSelector"] = Selector(App),
                });
            }

            return spec.ToJsonString();
        }
    }

    private static JsonObject Terms((string App, string Key) about) => new()
    {
        ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(new JsonObject { ["topologyKey"] = about.Key, ["labelSelector"] = Selector(about.App) }),
    };

    private static JsonObject Selector(string app) => new() { ["matchLabels"] = new JsonObject { ["app"] = app } };
}

/// <summary>The rules of placement once more, as plainly as they can be written, over all pods each time.</summary>
internal static class PlacementOracle
{
    public static bool Fits(OraclePod pod, OracleNode node, IReadOnlyList<OracleNode> nodes, IReadOnlyList<(OraclePod Pod, OracleNode Node)> placed)
    {
        if ((node.Cordoned || node.Tainted) && !pod.Tolerates)
            return false;
        if (pod.WantsZone is not null && pod.WantsZone != node.Zone)
            return false;
        List<OraclePod> here = [.. placed.Where(other => other.Node == node).Select(other => other.Pod)];
        if (here.Sum(other => other.Cpu) + pod.Cpu > node.Cpu || (pod.HostPort > 0 && here.Any(other => other.HostPort == pod.HostPort)))
            return false;
        return IsNear(pod, node, placed) && IsApart(pod, node, placed) && IsSpread(pod, node, nodes, placed);
    }

    private static bool IsNear(OraclePod pod, OracleNode node, IReadOnlyList<(OraclePod Pod, OracleNode Node)> placed)
    {
        if (pod.Near is not { } near)
            return true;
        List<OracleNode> matching = [.. placed.Where(other => other.Pod.App == near.App).Select(other => other.Node)];
        return matching.Count == 0 ? pod.App == near.App : matching.Any(other => other.Place(near.Key) == node.Place(near.Key));
    }

    private static bool IsApart(OraclePod pod, OracleNode node, IReadOnlyList<(OraclePod Pod, OracleNode Node)> placed) => placed.All(other =>
        !(pod.Apart is { } mine && other.Pod.App == mine.App && other.Node.Place(mine.Key) == node.Place(mine.Key))
        && !(other.Pod.Apart is { } theirs && pod.App == theirs.App && other.Node.Place(theirs.Key) == node.Place(theirs.Key)));

    private static bool IsSpread(OraclePod pod, OracleNode node, IReadOnlyList<OracleNode> nodes, IReadOnlyList<(OraclePod Pod, OracleNode Node)> placed)
    {
        if (pod.Spread is not { } spread)
            return true;
        List<OracleNode> eligible = [.. nodes.Where(other => pod.WantsZone is null || other.Zone == pod.WantsZone)];
        int Count(string place) => placed.Count(other => other.Pod.App == pod.App && other.Node.Place(spread.Key) == place && eligible.Contains(other.Node));
        int fewest = eligible.Select(other => other.Place(spread.Key)).Distinct().Min(Count);
        return Count(node.Place(spread.Key)) + 1 - fewest <= spread.Skew;
    }
}
