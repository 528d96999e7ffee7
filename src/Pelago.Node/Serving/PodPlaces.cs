// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving;

/// <summary>Places of the containers that this node itself runs.</summary>
internal sealed class PodPlaces(PodDirectory pods, IPodRuntime runtime, PodPaths paths) : IContainerPlaces
{
    public async Task<ContainerLogPlace> LogAsync(string ns, string pod, string container, bool previous, CancellationToken cancel)
    {
        V1Pod found = pods.Pod(ns, pod);
        ContainerStatus attempt = Choose(found, container, await pods.AttemptsAsync(found, container, cancel), previous);
        string path = attempt.LogPath.Length > 0 ? attempt.LogPath : paths.Log(found.Metadata.Uid, container, attempt.Attempt);
        return new ContainerLogPlace(path, watching => EndOfAsync(attempt, watching));
    }

    public async Task<ContainerRoot> RootAsync(string ns, string pod, string container, CancellationToken cancel)
    {
        foreach (ContainerStatus attempt in await pods.AttemptsAsync(pods.Pod(ns, pod), container, cancel))
        {
            // Where they are reached through a process, its number may be another's as soon as the container has ended.
            if (await runtime.FilesAsync(attempt.Id, cancel) is { } files)
                return new ContainerRoot(files.Path, files.IsFileSystem, async again => await runtime.FilesAsync(attempt.Id, again) == files);
        }
        throw new ApiStatusException(ApiStatus.BadRequest($"container {container} of pod {pod} has no files here, or none while it does not run"));
    }

    private static ContainerStatus Choose(V1Pod pod, string container, IReadOnlyList<ContainerStatus> attempts, bool previous)
    {
        ContainerStatus[] begun = [.. attempts.Where(item => item.State != ContainerState.Created)];
        if (previous)
        {
            // The one before the newest, or the newest when it has ended and waits to be started again.
            return begun.Skip(begun.FirstOrDefault()?.State == ContainerState.Running ? 1 : 0).FirstOrDefault(item => IsSuperseded(pod, item, begun))
                ?? throw new ApiStatusException(ApiStatus.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Metadata.Name}\" not found"));
        }
        return begun.FirstOrDefault() ?? throw new ApiStatusException(ApiStatus.BadRequest(
            $"container \"{container}\" in pod \"{pod.Metadata.Name}\" is waiting to start: {PodDirectory.WaitingReason(pod, container)}"));
    }

    private static bool IsSuperseded(V1Pod pod, ContainerStatus item, ContainerStatus[] begun) =>
        item.Attempt < begun[0].Attempt
        || (item.State == ContainerState.Exited && pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == item.Name)?.State?.Waiting is not null);

    private async Task EndOfAsync(ContainerStatus attempt, CancellationToken cancel)
    {
        if (attempt.State != ContainerState.Running)
            return;
        try
        {
            await using IProcessSession session = await runtime.AttachAsync(attempt.Id, new AttachSpec { Stdout = false, Stderr = false }, cancel);
            await session.WaitAsync(cancel);
        }
        catch (RuntimeException)
        {
            // It ended a moment ago.
        }
    }
}
