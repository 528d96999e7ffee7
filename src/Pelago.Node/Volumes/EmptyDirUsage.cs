// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Files;
using Pelago.Node.Native;

namespace Pelago.Node.Volumes;

/// <summary>What emptyDirs hold, by what they take on the disk; those in memory are bounded by the kernel.</summary>
internal sealed class EmptyDirUsage(TimeProvider time)
{
    /// <summary>In kubelet's words (kubernetes pkg/kubelet/eviction helpers.go emptyDirMessageFmt), of the first volume that holds more than its limit; null: none does.</summary>
    /// <param name="placeOf">The directory of a volume.</param>
    public string? OverLimit(V1Pod pod, Func<V1Volume, string> placeOf)
    {
        foreach (V1Volume volume in pod.Spec.Volumes ?? [])
        {
            if (volume.EmptyDir is { SizeLimit: { } limit } empty && empty.Medium != "Memory" && TakenBy(placeOf(volume)) > limit.ToDecimal())
                return $"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{limit}\". ";
        }
        return null;
    }

    private long TakenBy(string directory)
    {
        using BeneathPath? start = System.IO.Directory.Exists(directory) ? BeneathPath.Open(directory, ".") : null;
        if (start is null)
            return 0;
        var seen = new HashSet<(ulong, ulong)>();
        return new FileWalk(time).Below(start, int.MaxValue, isRoot: false)
            .Where(step => !step.IsLeaving && (step.Facts.Links < 2 || step.Facts.Type == 'd' || seen.Add((step.Facts.Device, step.Facts.Inode))))
            .Sum(step => step.Facts.Allocated);
    }
}
