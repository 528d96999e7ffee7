// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;

namespace Pelago.Node.Runtimes;

/// <summary>
/// What runs pods: sandboxes (what the containers of a pod share) and containers in them. Shaped like the Container Runtime Interface, so that
/// containerd fits behind it. Every call may be repeated: making what exists gives the same id, ending what has ended does nothing.
/// What cannot be done is a <see cref="RuntimeException"/>.
/// </summary>
public interface IPodRuntime : IAsyncDisposable
{
    /// <summary>The scheme of container ids in pod status: <c>process</c> in <c>process://5f…</c>.</summary>
    string Name { get; }

    RuntimeFeatures Features { get; }

    /// <summary>Null where images are only labels.</summary>
    IImageStore? Images => null;

    /// <summary>What the Node object says of the runtime's version.</summary>
    string Version => "0.1.0";

    /// <summary>Why it can run nothing now, for the Ready condition of its node; null: it can.</summary>
    string? Fault => null;

    /// <summary>Finds what an earlier daemon left running and takes it over. Called once, before anything else.</summary>
    Task RecoverAsync(CancellationToken cancel);

    /// <summary>Told when a container's state changed without being asked to; called on any thread, and must return at once.</summary>
    Action<ContainerEvent>? Changed { get; set; }

    /// <summary>Makes and starts a sandbox; its id. One sandbox exists for a pod uid and attempt.</summary>
    Task<string> RunPodSandboxAsync(PodSandboxSpec spec, CancellationToken cancel);

    /// <summary>Kills the containers of the sandbox and gives its network back.</summary>
    Task StopPodSandboxAsync(string sandboxId, CancellationToken cancel);

    /// <summary>Stops if need be and forgets the sandbox and its containers. Logs stay: they belong to whoever named their path.</summary>
    Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancel);

    Task<PodSandboxStatus?> PodSandboxStatusAsync(string sandboxId, CancellationToken cancel);

    /// <summary>Sandboxes in every state, of one pod or of all when <paramref name="podUid"/> is null.</summary>
    Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken cancel);

    /// <summary>Prepares a container; its id. Nothing runs yet.</summary>
    Task<string> CreateContainerAsync(string sandboxId, ContainerSpec spec, CancellationToken cancel);

    /// <summary>Runs the command of a created container. A command that cannot be run leaves the container Exited with code 128, reason StartError.</summary>
    Task StartContainerAsync(string containerId, CancellationToken cancel);

    /// <summary>The stop signal, then after <paramref name="grace"/> SIGKILL to everything the container started; returns when it has exited.</summary>
    Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel);

    Task RemoveContainerAsync(string containerId, CancellationToken cancel);

    Task<ContainerStatus?> ContainerStatusAsync(string containerId, CancellationToken cancel);

    /// <summary>Containers in every state, of one pod or of all when <paramref name="podUid"/> is null.</summary>
    Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken cancel);

    /// <summary>Runs a further command in a running container, with streams.</summary>
    Task<IProcessSession> ExecAsync(string containerId, ExecSpec spec, CancellationToken cancel);

    /// <summary>The streams of the container's own process, from now on.</summary>
    Task<IProcessSession> AttachAsync(string containerId, AttachSpec spec, CancellationToken cancel);

    /// <summary>A connection to a TCP port on the sandbox's loopback, as port-forward wants it.</summary>
    Task<System.IO.Stream> ConnectAsync(string sandboxId, int port, CancellationToken cancel);

    /// <summary>
    /// Of a pod that shares the host's network: the ports that its programs listen on by now, by declared port. Those that nobody listens on are left out.
    /// </summary>
    IReadOnlyDictionary<int, int> ListenedPorts(string sandboxId) => ReadOnlyDictionary<int, int>.Empty;

    /// <summary>Processor and memory use; null when the container does not run.</summary>
    Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken cancel);

    /// <summary>Where a container's files are on this machine; null where there are none, or none any more.</summary>
    Task<ContainerFiles?> FilesAsync(string containerId, CancellationToken cancel);
}

/// <summary>A directory of this machine with the files of a container.</summary>
/// <param name="IsFileSystem">All that the container sees, with what is mounted for it; else the one directory that is its own (its sandbox in the Mesos sense).</param>
public sealed record ContainerFiles(string Path, bool IsFileSystem);
