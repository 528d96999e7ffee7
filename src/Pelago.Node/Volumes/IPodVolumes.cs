// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Variables;

namespace Pelago.Node.Volumes;

/// <summary>A volume as containers get it: a real path on the host.</summary>
internal readonly record struct MountedVolume(string HostPath, bool ReadOnly);

/// <summary>Gives pods their volumes.</summary>
internal interface IPodVolumes
{
    /// <summary>
    /// All volumes of the pod by name. May be called again and again: what is there stays, what follows an object is brought up to date.
    /// A <see cref="VolumeException"/> names the volume that could not be had.
    /// </summary>
    /// <param name="outdated">Told of a volume that is there already and cannot be brought up to date, because its object is gone or cannot be asked for: it stays as it is.</param>
    Task<IReadOnlyDictionary<string, MountedVolume>> MountAsync(V1Pod pod, PodFields fields, Action<string> outdated, CancellationToken cancel);

    /// <summary>Which volume of the pod holds more than it may, in words for people; null: none. Looks at every file of volumes with a limit, for one pod of a node at a time.</summary>
    Task<string?> OverLimitAsync(V1Pod pod, CancellationToken cancel) => Task.FromResult<string?>(null);

    /// <summary>Gives back the memory that volumes of the pod hold, and what is in them: it has ended. Its other files stay to be read until it is deleted.</summary>
    void ReleaseMemory(string podUid)
    {
    }

    /// <summary>Lets go of what is mounted for a pod and forgets its files.</summary>
    void Remove(string podUid);
}
