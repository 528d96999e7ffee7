// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>What a pod's spec says of one container, as a <see cref="TaskReader"/> notes it.</summary>
internal sealed record ContainerSpec(string Name, string Image, bool IsInit, ContainerAmounts Amounts);

/// <summary>Thousandths of a core, and bytes; <see cref="PodTask.Unknown"/> where nothing is said.</summary>
internal readonly record struct ContainerAmounts(long CpuRequest, long MemoryRequest, long CpuLimit, long MemoryLimit)
{
    public static readonly ContainerAmounts None = new(PodTask.Unknown, PodTask.Unknown, PodTask.Unknown, PodTask.Unknown);
}
