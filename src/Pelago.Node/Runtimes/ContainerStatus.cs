// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Runtimes;

public enum ContainerState
{
    Created,
    Running,
    Exited,
}

/// <summary>A container as it is.</summary>
public sealed record ContainerStatus
{
    public required string Id { get; init; }
    public required string SandboxId { get; init; }
    public required string PodUid { get; init; }
    public required string Name { get; init; }
    public required int Attempt { get; init; }
    public required ContainerState State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int ExitCode { get; init; }

    /// <summary>Completed, Error, OOMKilled, StartError or Unknown (the daemon cannot know: the machine restarted).</summary>
    public string Reason { get; init; } = "";
    public string Message { get; init; } = "";
    public string Image { get; init; } = "";

    /// <summary>What exactly it runs on, by digest; empty where images are only labels.</summary>
    public string ImageId { get; init; } = "";
    public string LogPath { get; init; } = "";
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>Something happened to a container by itself.</summary>
public readonly record struct ContainerEvent(string PodUid, string ContainerId);

/// <summary>What was used. Counters since the container started.</summary>
public sealed record ContainerStats
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>Nanoseconds of processor time.</summary>
    public required ulong CpuNanoseconds { get; init; }

    /// <summary>Bytes that cannot be reclaimed at once.</summary>
    public required ulong MemoryWorkingSet { get; init; }
    public ulong MemoryResident { get; init; }
}

/// <summary>What a runtime can do beyond running commands.</summary>
public sealed record RuntimeFeatures
{
    /// <summary>The <c>image</c> of a container decides what it runs on.</summary>
    public bool Images { get; init; }

    /// <summary>Real processes: there are logs and files, and exec, attach and port-forward reach something.</summary>
    public bool Processes { get; init; }

    /// <summary>Logs are written by another process: who follows one must look for himself.</summary>
    public bool ForeignLogs { get; init; }

    /// <summary>Another user than the daemon's can be run as.</summary>
    public bool Identities { get; init; }

    /// <summary>Why a <c>hostPort</c> of a pod with a network of its own is not forwarded to it; null where it is.</summary>
    public string? NoHostPorts { get; init; }

    /// <summary>Kernel parameters of a pod are set.</summary>
    public bool Sysctls { get; init; }
}
