// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

/// <summary>How long a pod that ends may take for it.</summary>
internal static class PodGrace
{
    // A pod that is already gone from the API server, or deleted by force, still gets a moment.
    private static readonly TimeSpan Forced = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    public static TimeSpan Of(V1Pod pod, bool isRemoved)
    {
        long? seconds = pod.Metadata.DeletionTimestamp is null ? pod.Spec.TerminationGracePeriodSeconds : pod.Metadata.DeletionGracePeriodSeconds;
        TimeSpan grace = seconds is { } given ? TimeSpan.FromSeconds(Math.Min(given, LongestTimer.Seconds)) : Default;
        return isRemoved || grace < Forced ? Forced : grace;
    }
}
