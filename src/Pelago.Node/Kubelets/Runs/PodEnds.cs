// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>How containers of a pod ended, as its status says: the last end of each, and the one before it. The runtime may have forgotten both.</summary>
internal static class PodEnds
{
    public static IEnumerable<ContainerStatus> Of(V1Pod pod)
    {
        IEnumerable<V1ContainerStatus> all = (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.EphemeralContainerStatuses ?? []);
        foreach (V1ContainerStatus status in all)
        {
            if (End(pod, status, status.LastState?.Terminated, status.RestartCount - 1) is { } before)
                yield return before;
            if (End(pod, status, status.State?.Terminated, status.RestartCount) is { } last)
                yield return last;
        }
    }

    public static ContainerStatus? Find(V1Pod? pod, string id) => pod is null ? null : Of(pod).FirstOrDefault(end => end.Id == id);

    /// <summary>In a kubelet's words for the same (pkg/kubelet/kubelet_pods.go).</summary>
    public static ContainerStatus Unknown(SeenContainer seen, DateTimeOffset now) => new()
    {
        Id = seen.Id, SandboxId = "", PodUid = seen.PodUid, Name = seen.Name, Attempt = seen.Attempt, State = ContainerState.Exited, CreatedAt = now, FinishedAt = now, ExitCode = 137,
        Reason = "ContainerStatusUnknown", Message = "The container was removed while nobody watched it",
    };

    private static ContainerStatus? End(V1Pod pod, V1ContainerStatus status, V1ContainerStateTerminated? end, int attempt)
    {
        // Without an id the kubelet itself knows nothing of it. With one it is as "containerd://4f5e…".
        if (end?.ContainerID is not { Length: > 0 } id || attempt < 0)
            return null;
        DateTimeOffset? finished = Time(end.FinishedAt);
        return new ContainerStatus
        {
            Id = id[(id.LastIndexOf('/') + 1)..], SandboxId = "", PodUid = pod.Metadata.Uid, Name = status.Name, Attempt = attempt, State = ContainerState.Exited,
            CreatedAt = Time(end.StartedAt) ?? finished ?? DateTimeOffset.UnixEpoch, StartedAt = Time(end.StartedAt), FinishedAt = finished, ExitCode = end.ExitCode,
            Reason = end.Reason ?? "", Message = end.Message ?? "", Image = status.Image ?? "", ImageId = status.ImageID ?? "",
        };
    }

    private static DateTimeOffset? Time(DateTime? time) => time is { Year: > 1 } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
}
