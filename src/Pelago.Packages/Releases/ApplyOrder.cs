// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Releases;

/// <summary>What has to be there before what: kinds are applied in this order, and removed in the opposite one.</summary>
internal static class ApplyOrder
{
    private static readonly string[] Kinds =
    [
        "Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "RuntimeClass", "ResourceQuota", "LimitRange", "ServiceAccount", "Secret", "ConfigMap",
        "PersistentVolume", "PersistentVolumeClaim", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "PodDisruptionBudget", "NetworkPolicy", "Service",
        "DaemonSet", "StatefulSet", "Deployment", "ReplicaSet", "Pod", "Job", "CronJob", "HorizontalPodAutoscaler", "Ingress",
    ];

    /// <summary>Kinds that are not known come after all others: they may be those of a definition before them.</summary>
    public static int Of(JsonObject item)
    {
        int at = Array.IndexOf(Kinds, item.String("kind"));
        return at < 0 ? Kinds.Length : at;
    }
}
