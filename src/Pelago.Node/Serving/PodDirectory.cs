// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving;

/// <summary>Finds what a request names among the pods of this node; a refusal is an <see cref="ApiStatusException"/> in a kubelet's words.</summary>
internal sealed class PodDirectory(PodWorkers workers, IPodRuntime runtime)
{
    public IReadOnlyCollection<V1Pod> Pods => workers.Pods;

    public V1Pod Pod(string ns, string name) =>
        workers.Find(ns, name) ?? throw new ApiStatusException(ApiStatus.NotFound(new GroupResource("", "pods"), name));

    /// <summary>The spec of a container of any sort: init, main or ephemeral.</summary>
    public static bool HasContainer(V1Pod pod, string container) =>
        (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).Any(item => item.Name == container)
        || (pod.Spec.EphemeralContainers ?? []).Any(item => item.Name == container);

    /// <summary>The attempts that the runtime knows, newest first.</summary>
    public async Task<IReadOnlyList<ContainerStatus>> AttemptsAsync(V1Pod pod, string container, CancellationToken cancel)
    {
        if (!HasContainer(pod, container))
            throw new ApiStatusException(ApiStatus.BadRequest($"container {container} is not valid for pod {pod.Metadata.Name}"));
        IReadOnlyList<ContainerStatus> all = await runtime.ListContainersAsync(pod.Metadata.Uid, cancel);
        return [.. all.Where(item => item.Name == container).OrderByDescending(item => item.Attempt)];
    }

    public async Task<ContainerStatus> RunningAsync(V1Pod pod, string container, CancellationToken cancel) =>
        (await AttemptsAsync(pod, container, cancel)).FirstOrDefault(item => item.State == ContainerState.Running)
        ?? throw new ApiStatusException(ApiStatus.BadRequest(
            $"container {container} of pod {pod.Metadata.Name} is not running: see 'kubectl describe pod {pod.Metadata.Name} -n {pod.Metadata.NamespaceProperty}'"));

    public async Task<PodSandboxStatus> SandboxAsync(V1Pod pod, CancellationToken cancel) =>
        (await runtime.ListPodSandboxesAsync(pod.Metadata.Uid, cancel)).FirstOrDefault(item => item.State == SandboxState.Ready)
        ?? throw new ApiStatusException(ApiStatus.BadRequest($"pod {pod.Metadata.Name} is not running"));

    /// <summary>Why a container has not started: the words of its status, or of one whose turn has not come.</summary>
    public static string WaitingReason(V1Pod pod, string container)
    {
        IEnumerable<V1ContainerStatus> statuses =
            (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.EphemeralContainerStatuses ?? []);
        bool isInit = pod.Spec.InitContainers?.Any(item => item.Name == container) == true;
        return statuses.FirstOrDefault(status => status.Name == container)?.State?.Waiting?.Reason
            ?? (pod.Spec.InitContainers is { Count: > 0 } && !isInit ? "PodInitializing" : "ContainerCreating");
    }
}
