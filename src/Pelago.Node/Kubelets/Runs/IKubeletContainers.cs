// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Runtimes;

namespace Pelago.Node.Kubelets.Runs;

/// <summary>What the runtime of a kubelet has of containers, running or not.</summary>
internal interface IKubeletContainers
{
    /// <summary>All of pods. An <see cref="Kube.ApiStatusException"/>: the runtime does not answer.</summary>
    Task<IReadOnlyList<SeenContainer>> SeenAsync(CancellationToken cancel);

    /// <summary>All that is known of one; null when it is gone.</summary>
    Task<ContainerStatus?> FindAsync(string id, CancellationToken cancel);
}

/// <summary>A container as a list has it.</summary>
/// <param name="State">Null: the runtime does not know it.</param>
internal sealed record SeenContainer(string Id, string Namespace, string Pod, string PodUid, string Name, int Attempt, ContainerState? State);
