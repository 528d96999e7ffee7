// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Engine.Controllers;

/// <summary>Conditions of nodes.</summary>
internal static class NodeConditions
{
    private static readonly string[] Watched = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    public static V1NodeCondition? Find(V1Node node, string type) => node.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>The conditions of a node that is heard of no more; null when they say so already.</summary>
    public static List<V1NodeCondition>? Unknown(V1Node node, DateTime now)
    {
        var conditions = new List<V1NodeCondition>(node.Status?.Conditions ?? []);
        bool changed = false;
        foreach (string type in Watched)
        {
            int at = conditions.FindIndex(condition => condition.Type == type);
            if (at >= 0 && conditions[at].Status == "Unknown")
                continue;
            changed = true;
            var unknown = new V1NodeCondition
            {
                Type = type,
                Status = "Unknown",
                Reason = at < 0 ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                Message = at < 0 ? "Kubelet never posted node status." : "Kubelet stopped posting node status.",
                LastHeartbeatTime = at < 0 ? node.Metadata.CreationTimestamp : conditions[at].LastHeartbeatTime,
                LastTransitionTime = now,
            };
            if (at < 0)
                conditions.Add(unknown);
            else
                conditions[at] = unknown;
        }
        return changed ? conditions : null;
    }
}
