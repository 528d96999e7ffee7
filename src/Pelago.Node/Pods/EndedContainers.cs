// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Node.Logs;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>Tells an <see cref="IRunRecorder"/> of the containers of one pod that have ended, and again only of those whose log was written on.</summary>
internal sealed class EndedContainers(IRunRecorder recorder, string node)
{
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

    /// <summary>When this completes, nothing is lost by removing what <paramref name="containers"/> has of ended ones.</summary>
    public Task TellAsync(V1Pod pod, IReadOnlyList<ContainerStatus> containers, CancellationToken cancel) =>
        Task.WhenAll(containers.Where(container => container.State == ContainerState.Exited).Select(container => TellAsync(pod, container, cancel)));

    private async Task TellAsync(V1Pod pod, ContainerStatus container, CancellationToken cancel)
    {
        string[] rotated = container.LogPath.Length > 0 ? LogFiles.Rotated(container.LogPath) : [];
        string[] files = container.LogPath.Length > 0 ? [.. rotated, container.LogPath] : [];
        long length = files.Sum(file => new FileInfo(file) is { Exists: true, Length: var bytes } ? bytes : 0);
        lock (_told)
        {
            if (_told.TryGetValue(container.Id, out long told) && told == length)
                return;
        }

        await recorder.RecordAsync(new EndedContainer(pod, node, container, files, rotated.Length >= LogRotation.KeptRotated), cancel);
        lock (_told)
            _told[container.Id] = length;
    }
}
