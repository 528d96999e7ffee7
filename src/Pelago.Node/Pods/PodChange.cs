// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>What of a pod that exists can change besides its status, and concerns its node.</summary>
internal static class PodChange
{
    public static bool IsNews(V1Pod before, V1Pod now) =>
        before.Metadata.DeletionTimestamp != now.Metadata.DeletionTimestamp
        || before.Metadata.DeletionGracePeriodSeconds != now.Metadata.DeletionGracePeriodSeconds
        || before.Spec.ActiveDeadlineSeconds != now.Spec.ActiveDeadlineSeconds
        || !AreSame(before.Metadata.Annotations, now.Metadata.Annotations)
        || !AreSame(before.Metadata.Labels, now.Metadata.Labels)
        || !AreSame(before.Spec.Containers, now.Spec.Containers)
        || !AreSame(before.Spec.InitContainers, now.Spec.InitContainers)
        || (before.Spec.EphemeralContainers?.Count ?? 0) != (now.Spec.EphemeralContainers?.Count ?? 0);

    private static bool AreSame(IDictionary<string, string>? one, IDictionary<string, string>? other)
    {
        if ((one?.Count ?? 0) != (other?.Count ?? 0))
            return false;
        foreach ((string key, string value) in one ?? new Dictionary<string, string>())
        {
            if (!other!.TryGetValue(key, out string? now) || now != value)
                return false;
        }
        return true;
    }

    /// <summary>Of a container only the image may change.</summary>
    private static bool AreSame(IList<V1Container>? one, IList<V1Container>? other)
    {
        if ((one?.Count ?? 0) != (other?.Count ?? 0))
            return false;
        for (int i = 0; i < (one?.Count ?? 0); i++)
        {
            if (one![i].Image != other![i].Image)
                return false;
        }
        return true;
    }
}
