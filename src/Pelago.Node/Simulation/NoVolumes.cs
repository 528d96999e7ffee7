// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;
using k8s.Models;
using Pelago.Node.Variables;
using Pelago.Node.Volumes;

namespace Pelago.Node.Simulation;

/// <summary>Simulated containers have no files, so their pods have no volumes.</summary>
internal sealed class NoVolumes : IPodVolumes
{
    public Task<IReadOnlyDictionary<string, MountedVolume>> MountAsync(V1Pod pod, PodFields fields, Action<string> outdated, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyDictionary<string, MountedVolume>>(ReadOnlyDictionary<string, MountedVolume>.Empty);

    public void Remove(string podUid)
    {
    }
}
