// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Runtimes;

/// <summary>One attempt at one container.</summary>
public sealed record ContainerSpec
{
    public required string Name { get; init; }

    /// <summary>Counts the attempts at the same container of the same pod, from 0: the restart count.</summary>
    public int Attempt { get; init; }
    public string Image { get; init; } = "";

    /// <summary>
    /// Command and arguments; the first is looked up in the container's PATH when it has no slash. Empty where the image says what to run.
    /// </summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Arguments for the image's own entry point; only without a <see cref="Command"/>.</summary>
    public IReadOnlyList<string> ImageArguments { get; init; } = [];
    public string WorkingDirectory { get; init; } = "";
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>Where the log goes, as lines of the CRI format.</summary>
    public required string LogPath { get; init; }
    public bool Stdin { get; init; }

    /// <summary>The first attached client's end of input is the container's.</summary>
    public bool StdinOnce { get; init; }
    public bool Terminal { get; init; }
    public ContainerResources Resources { get; init; } = new();
    public ContainerIdentity Identity { get; init; } = new();
    public bool ReadOnlyRoot { get; init; }

    /// <summary>The id of the container whose processes it is to see, as one that debugs it; empty: its own, or what its pod shares.</summary>
    public string Target { get; init; } = "";

    /// <summary>The signal that asks the process to end.</summary>
    public int StopSignal { get; init; } = 15;

    /// <summary>Kept as given; the pod worker finds its own containers again by them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>A file or directory of the host at a path of the container. <paramref name="Volume"/> is the volume's name, for hints.</summary>
public sealed record ContainerMount(string HostPath, string ContainerPath, bool ReadOnly, string Volume = "")
{
    public MountPropagation Propagation { get; init; }

    /// <summary>The directory of the volume, when the host path lies below it: whoever shares the volume may put a link there at any time, and none may lead out.</summary>
    public string VolumeDirectory { get; init; } = "";
}

/// <summary>Who sees what is mounted below a mount later.</summary>
public enum MountPropagation
{
    /// <summary>Each side sees its own mounts only.</summary>
    None,

    /// <summary>The container sees what the host mounts.</summary>
    HostToContainer,

    /// <summary>Both see what either mounts; for privileged containers only.</summary>
    Bidirectional,
}

/// <summary>Limits; null or 0 is none.</summary>
public sealed record ContainerResources
{
    /// <summary>The cgroup's relative weight: 1024 for one processor requested, at least 2.</summary>
    public long CpuShares { get; init; }

    /// <summary>Thousandths of a processor that may be used at most.</summary>
    public long CpuLimitMilli { get; init; }

    /// <summary>Bytes.</summary>
    public long MemoryLimit { get; init; }
    public long ProcessLimit { get; init; }

    /// <summary>Whom the kernel ends first when memory runs short: from -1000, never, to 1000.</summary>
    public int OomScoreAdjust { get; init; }

    /// <summary>Whether something is kept from the container, and not only shared out.</summary>
    public bool IsLimited => CpuLimitMilli > 0 || MemoryLimit > 0 || ProcessLimit > 0;
}

/// <summary>Who the process runs as; null leaves what the daemon is.</summary>
public sealed record ContainerIdentity
{
    public long? User { get; init; }

    /// <summary>Of the image's own accounts, where only its name is known; empty otherwise.</summary>
    public string UserName { get; init; } = "";
    public long? Group { get; init; }
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];
    public bool NoNewPrivileges { get; init; }
    public bool Privileged { get; init; }

    /// <summary>Which system calls are allowed.</summary>
    public SystemCallFilter SystemCalls { get; init; } = SystemCallFilter.RuntimeDefault;

    /// <summary>Beside the runtime's usual ones, without CAP_.</summary>
    public IReadOnlyList<string> AddedCapabilities { get; init; } = [];
    public IReadOnlyList<string> DroppedCapabilities { get; init; } = [];
}

/// <summary>A seccomp profile.</summary>
public sealed record SystemCallFilter
{
    /// <summary>The runtime's usual one, without what reaches beyond a container.</summary>
    public static readonly SystemCallFilter RuntimeDefault = new();

    /// <summary>Every call is allowed.</summary>
    public bool Unconfined { get; init; }

    /// <summary>A file of the host with the profile; empty for the runtime's own.</summary>
    public string File { get; init; } = "";
}
