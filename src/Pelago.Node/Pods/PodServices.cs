// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Node.Objects;
using Pelago.Node.Runtimes;
using Pelago.Node.Volumes;

namespace Pelago.Node.Pods;

/// <summary>What all pod workers of a node share.</summary>
internal sealed record PodServices
{
    public required NodeOptions Options { get; init; }
    public required IKubeApi Api { get; init; }
    public required IPodRuntime Runtime { get; init; }

    /// <summary>Null where images are only labels.</summary>
    public ImagePuller? Images { get; init; }
    public required StatusWriter Status { get; init; }
    public required EventRecorder Events { get; init; }
    public required ReferencedObjects Objects { get; init; }
    public required IPodVolumes Volumes { get; init; }
    public required PodPaths Paths { get; init; }
    public required PodResolver Resolver { get; init; }

    /// <summary>Services of the cluster, as they are now.</summary>
    public required Func<IReadOnlyList<V1Service>> ServicesNow { get; init; }

    /// <summary>What the node has for pods.</summary>
    public required IDictionary<string, ResourceQuantity> Allocatable { get; init; }

    /// <summary>Refuses a pod that this node cannot take; null: it may run.</summary>
    public required Func<V1Pod, PodVerdict?> Admit { get; init; }

    /// <summary>Bounds how many containers start at the same time.</summary>
    public required SemaphoreSlim StartGate { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Log { get; init; }

    public string HostAddress => Options.Address.ToString();
}
