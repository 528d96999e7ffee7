// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Node.Objects;
using Pelago.Node.Processes;
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

    /// <summary>Null where no pod shares the host's network as a process.</summary>
    public PortHolders? PortHolders { get; init; }
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

    public required PodAdmission Admission { get; init; }

    /// <summary>Bounds how many containers start at the same time.</summary>
    public required SemaphoreSlim StartGate { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>Where the steps of pods run.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>After so long a pod to which nothing happened is looked at again.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether events tell what went well, and not only what did not.</summary>
    public bool TellsNormalEvents { get; init; } = true;

    /// <summary>Whether the last status of a pod that goes at once is written, though only a watch could see it. One that somebody waits for always is.</summary>
    public bool TellsLastStatus { get; init; } = true;
    public required ILogger Log { get; init; }

    public string HostAddress => Options.Address.ToString();
}
