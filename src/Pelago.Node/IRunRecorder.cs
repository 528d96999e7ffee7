// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node;

/// <summary>
/// Whoever keeps what has ended. A node tells each container that has ended, and waits, before it removes anything of it: its log files are there until the
/// task completes. The same container may be told again, after a restart or when its log was written on.
/// </summary>
public interface IRunRecorder
{
    Task RecordAsync(EndedContainer ended, CancellationToken cancel);

    /// <summary>False: it ended so long ago that it would be dropped at once.</summary>
    bool Keeps(ContainerStatus ended) => true;
}

/// <summary>A container that has ended.</summary>
/// <param name="Pod">As the API server last had it; of one that was deleted while no agent ran only its metadata is known, without owners.</param>
/// <param name="Node">The node's name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="LogFiles">In the CRI format, oldest first; they may be absent.</param>
/// <param name="IsLogCut">Older files of its log were removed before it ended, for it was too long.</param>
public sealed record EndedContainer(V1Pod Pod, string Node, ContainerStatus Status, IReadOnlyList<string> LogFiles, bool IsLogCut)
{
    /// <summary>By which the node runs the pod: of one that it has from a file, not that of the API server's copy.</summary>
    public string PodUid { get; init; } = Pod.Metadata.Uid;

    /// <summary>Its log was removed before anybody read it: there are no files, for that reason.</summary>
    public bool IsLogGone { get; init; }
}
