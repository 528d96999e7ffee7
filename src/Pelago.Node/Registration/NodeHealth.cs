// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;

namespace Pelago.Node.Registration;

/// <summary>The conditions of a node, in kubelet's words.</summary>
internal static class NodeHealth
{
    private const long LeastMemoryKilobytes = 100 * 1024;
    private const long LeastDisk = 256L * 1024 * 1024;

    /// <summary>Of this machine. A nearly full disk counts only when hardly anything is left: the machine is somebody's laptop, not a server to protect.</summary>
    /// <param name="runtimeFault">Why pods cannot run; null: they can.</param>
    public static List<V1NodeCondition> OfMachine(string directory, string? runtimeFault, DateTime now)
    {
        bool shortOfMemory = Machine.MemoryInfo("MemAvailable") is > 0 and < LeastMemoryKilobytes;
        long free = new DriveInfo(directory).AvailableFreeSpace;
        string? shortOfDisk = free < LeastDisk ? $"kubelet has disk pressure: {free >> 20} MiB are free at {directory}, pods are taken from {LeastDisk >> 20} MiB on" : null;
        return Of(shortOfMemory, shortOfDisk, runtimeFault, now);
    }

    public static List<V1NodeCondition> Of(bool shortOfMemory, string? shortOfDisk, string? runtimeFault, DateTime now) =>
    [
        shortOfMemory
            ? New("MemoryPressure", true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available", now)
            : New("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available", now),
        shortOfDisk is not null
            ? New("DiskPressure", true, "KubeletHasDiskPressure", shortOfDisk, now)
            : New("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now),
        New("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available", now),
        runtimeFault is null
            ? New("Ready", true, "KubeletReady", "kubelet is posting ready status", now)
            : New("Ready", false, "KubeletNotReady", runtimeFault, now),
    ];

    /// <summary>Takes over the transition times of conditions that have not changed; true when one has.</summary>
    public static bool Carry(IReadOnlyList<V1NodeCondition> conditions, IList<V1NodeCondition>? old)
    {
        bool changed = false;
        foreach (V1NodeCondition condition in conditions)
        {
            V1NodeCondition? before = old?.FirstOrDefault(item => item.Type == condition.Type);
            if (before?.Status == condition.Status)
                condition.LastTransitionTime = before.LastTransitionTime;
            else
                changed = true;
        }
        return changed;
    }

    private static V1NodeCondition New(string type, bool value, string reason, string message, DateTime now) => new()
    {
        Type = type, Status = value ? "True" : "False", Reason = reason, Message = message, LastHeartbeatTime = now, LastTransitionTime = now,
    };
}
