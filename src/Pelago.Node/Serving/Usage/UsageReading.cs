// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Usage;

/// <summary>What one container, or the machine, has used up to a moment, and how fast it does so; the rate is null until two readings are apart.</summary>
internal sealed record Usage(ContainerStats Total, ulong? NanoCores);

/// <summary>The use of one running container.</summary>
internal sealed record ContainerUsage(ContainerStatus Container, Usage Usage)
{
    public string Name => Container.Name;

    public DateTimeOffset StartedAt => Container.StartedAt ?? Container.CreatedAt;
}

/// <summary>The use of one pod: its containers that run.</summary>
internal sealed record PodUsage(V1Pod Pod, IReadOnlyList<ContainerUsage> Containers);

/// <summary>The use of everything on the node at one moment.</summary>
internal sealed record UsageReading(DateTimeOffset Time, Usage Machine, IReadOnlyList<PodUsage> Pods);
