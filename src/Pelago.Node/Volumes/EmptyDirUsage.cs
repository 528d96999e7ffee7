// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Files;
using Pelago.Node.Native;
using Pelago.Node.Processes;

namespace Pelago.Node.Volumes;

/// <summary>What emptyDirs hold, by what they take on the disk; those that are mounted in memory are bounded by the kernel.</summary>
internal sealed class EmptyDirUsage(TimeProvider time)
{
    /// <summary>Those with a limit. As upstream, 0 is none.</summary>
    public static IReadOnlyList<V1Volume> Limited(V1Pod pod) =>
        [.. (pod.Spec.Volumes ?? []).Where(volume => volume.EmptyDir?.SizeLimit is { } limit && limit.ToDecimal() > 0)];

    /// <summary>In kubelet's words (kubernetes pkg/kubelet/eviction helpers.go emptyDirMessageFmt), of the first volume that holds more than its limit; null: none does.</summary>
    /// <param name="placeOf">The directory of a volume.</param>
    public string? OverLimit(V1Pod pod, Func<V1Volume, string> placeOf, CancellationToken cancel)
    {
        foreach (V1Volume volume in Limited(pod))
        {
            string place = placeOf(volume);
            bool isInMemory = volume.EmptyDir.Medium == "Memory" && MountTable.IsMounted(place);
            if (!isInMemory && HoldsMoreThan(volume.EmptyDir.SizeLimit.ToDecimal(), place, cancel))
                return $"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{volume.EmptyDir.SizeLimit}\". ";
        }
        return null;
    }

    /// <summary>What others have mounted below is not the volume's.</summary>
    private bool HoldsMoreThan(decimal limit, string directory, CancellationToken cancel)
    {
        using BeneathPath? start = System.IO.Directory.Exists(directory) ? BeneathPath.Open(directory, ".") : null;
        if (start is null)
            return false;
        var seen = new HashSet<(ulong, ulong)>();
        long taken = 0;
        foreach (WalkStep step in new FileWalk(time) { TakesUnnamed = true }.Below(start, int.MaxValue, isRoot: false, oneDevice: true))
        {
            cancel.ThrowIfCancellationRequested();
            if (step.IsLeaving || (step.Facts.Links > 1 && step.Facts.Type != 'd' && !seen.Add((step.Facts.Device, step.Facts.Inode))))
                continue;
            taken += step.Facts.Allocated;
            if (taken > limit)
                return true;
        }
        return false;
    }
}
