// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;
using Pelago.Node.Serving;

namespace Pelago.Node.Kubelets;

/// <summary>Places of the containers of a kubelet: logs where the runtime says, files of the whole container through its process.</summary>
internal sealed class CriPlaces(CriContainers containers, TimeProvider time) : IContainerPlaces
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    public async Task<ContainerLogPlace> LogAsync(string ns, string pod, string container, bool previous, CancellationToken cancel)
    {
        ContainerStatus[] begun = [.. (await containers.AttemptsAsync(ns, pod, container, cancel)).Where(item => item.State != ContainerState.Created)];
        ContainerStatus attempt = begun.Skip(previous ? 1 : 0).FirstOrDefault() ?? throw new ApiStatusException(ApiStatus.BadRequest(previous
            ? $"previous terminated container \"{container}\" in pod \"{pod}\" not found"
            : $"container \"{container}\" in pod \"{pod}\" is waiting to start"));
        BeneathPath directory = PodLogDirectory.Open(PodLogDirectory.Root, attempt.LogPath);
        return new ContainerLogPlace($"{directory.Path}/{Path.GetFileName(attempt.LogPath)}", watching => EndOfAsync(attempt.Id, watching), directory);
    }

    public async Task<ContainerRoot> RootAsync(string ns, string pod, string container, CancellationToken cancel)
    {
        ContainerStatus? running = (await containers.AttemptsAsync(ns, pod, container, cancel)).FirstOrDefault(item => item.State == ContainerState.Running);
        int process = running is null ? 0 : await containers.ProcessAsync(running.Id, cancel) ?? 0;
        if (process == 0)
            throw new ApiStatusException(ApiStatus.BadRequest($"container {container} of pod {pod} is not running, and only then has files"));

        // The number may be another process's as soon as the container has ended: it was its own when it still runs after the look.
        return new ContainerRoot($"/proc/{process}/root", IsFileSystem: true, async again => await containers.ProcessAsync(running!.Id, again) == process);
    }

    private async Task EndOfAsync(string id, CancellationToken cancel)
    {
        while (await containers.IsRunningAsync(id, cancel))
            await Task.Delay(BetweenLooks, time, cancel);
    }
}
