// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>The taints that mirror a node's conditions (nodelifecycle taint maps); others on the node are left alone.</summary>
internal static class NodeTaints
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    private static readonly (string Condition, string Key)[] Pressures =
    [
        ("MemoryPressure", "node.kubernetes.io/memory-pressure"), ("DiskPressure", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "node.kubernetes.io/pid-pressure"), ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ];

    private static readonly HashSet<string> Ours = [NotReady, Unreachable, "node.kubernetes.io/unschedulable", .. Pressures.Select(pair => pair.Key)];

    /// <summary>The taints the node should have; null when it has them.</summary>
    public static List<V1Taint>? Wanted(V1Node node, DateTime now)
    {
        IList<V1Taint> present = node.Spec?.Taints ?? [];
        var wanted = new List<V1Taint>(present.Where(taint => !Ours.Contains(taint.Key)));
        foreach (V1Taint taint in FromConditions(node))
        {
            V1Taint? same = present.FirstOrDefault(other => other.Key == taint.Key && other.Effect == taint.Effect);
            wanted.Add(same ?? (taint.Effect == "NoExecute" ? taint with { TimeAdded = now } : taint));
        }
        bool equal = wanted.Count == present.Count
            && wanted.All(taint => present.Any(other => other.Key == taint.Key && other.Effect == taint.Effect && other.Value == taint.Value));
        return equal ? null : wanted;
    }

    private static IEnumerable<V1Taint> FromConditions(V1Node node)
    {
        string? ready = NodeConditions.Find(node, "Ready")?.Status;
        string? key = ready switch { "False" => NotReady, "Unknown" => Unreachable, null => NotReady, _ => null };
        if (key is not null)
        {
            yield return new V1Taint { Key = key, Effect = "NoSchedule" };
            if (ready is not null)
                yield return new V1Taint { Key = key, Effect = "NoExecute" };
        }
        foreach ((string condition, string pressure) in Pressures)
        {
            if (NodeConditions.Find(node, condition)?.Status == "True")
                yield return new V1Taint { Key = pressure, Effect = "NoSchedule" };
        }
        if (node.Spec?.Unschedulable == true)
            yield return new V1Taint { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };
    }
}
