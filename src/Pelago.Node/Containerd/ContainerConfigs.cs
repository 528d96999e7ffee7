// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd;

/// <summary>A container in CRI's words, and back.</summary>
internal static class ContainerConfigs
{
    private const string ImageAnnotation = "pelago.dev/image";
    private const string SignalAnnotation = "pelago.dev/stop-signal";
    private const long Period = 100_000;
    private const long LeastQuota = 1000;

    // What a container should not see of the kernel, nor write to (the defaults of every runtime; empty lists would mean none).
    private static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
        "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static ContainerConfig Of(PodSandboxSpec pod, ContainerSpec spec, string imageId, string podsDirectory)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = spec.Name, Attempt = (uint)spec.Attempt },
            Image = new ImageSpec { Image = imageId },
            WorkingDir = spec.WorkingDirectory,
            LogPath = Path.GetRelativePath(podsDirectory, spec.LogPath),
            Stdin = spec.Stdin, StdinOnce = spec.StdinOnce, Tty = spec.Terminal,
            Linux = new LinuxContainerConfig { Resources = ResourcesOf(spec.Resources), SecurityContext = SecurityOf(pod, spec) },
        };
        config.Command.AddRange(spec.Command);
        config.Args.AddRange(spec.ImageArguments);
        config.Envs.AddRange(spec.Environment.Select(pair => new KeyValue { Key = pair.Key, Value = pair.Value }));
        config.Mounts.AddRange(spec.Mounts.Select(mount => new Mount
        {
            ContainerPath = mount.ContainerPath, HostPath = mount.HostPath, Readonly = mount.ReadOnly, Propagation = PropagationOf(mount.Propagation),
        }));
        config.Labels.Add(spec.Labels.ToDictionary());
        config.Annotations.Add(ImageAnnotation, spec.Image);
        config.Annotations.Add(SignalAnnotation, spec.StopSignal.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return config;
    }

    public static Runtimes.ContainerStatus StatusOf(Protos.Cri.ContainerStatus status, string sandboxId, string podUid) => new()
    {
        Id = status.Id, SandboxId = sandboxId, PodUid = podUid, Name = status.Metadata.Name, Attempt = (int)status.Metadata.Attempt,
        State = StateOf(status.State),
        CreatedAt = UnixTime.Of(status.CreatedAt) ?? DateTimeOffset.UnixEpoch, StartedAt = StartOf(status), FinishedAt = UnixTime.Of(status.FinishedAt),
        ExitCode = status.ExitCode, Reason = status.Reason, Message = status.Message,
        Image = status.Annotations.TryGetValue(ImageAnnotation, out string? image) ? image : status.Image?.Image ?? "",
        ImageId = status.ImageRef, LogPath = status.LogPath, Labels = new Dictionary<string, string>(status.Labels),
    };

    public static Runtimes.ContainerState StateOf(Protos.Cri.ContainerState state) => state switch
    {
        Protos.Cri.ContainerState.ContainerCreated => Runtimes.ContainerState.Created,
        Protos.Cri.ContainerState.ContainerRunning => Runtimes.ContainerState.Running,
        _ => Runtimes.ContainerState.Exited,
    };

    /// <summary>The signal that asks the container to end; SIGTERM where nobody said another.</summary>
    public static int StopSignalOf(Protos.Cri.ContainerStatus status)
    {
        const int Term = 15;
        return status.Annotations.TryGetValue(SignalAnnotation, out string? text) && int.TryParse(text, out int signal) ? signal : Term;
    }

    /// <summary>containerd notes the start when it hears of it, which may be after the end of something short.</summary>
    private static DateTimeOffset? StartOf(Protos.Cri.ContainerStatus status) =>
        UnixTime.Of(status.FinishedAt > 0 && status.StartedAt > 0 ? Math.Min(status.StartedAt, status.FinishedAt) : status.StartedAt);

    private static LinuxContainerResources ResourcesOf(ContainerResources resources) => new()
    {
        CpuShares = resources.CpuShares, CpuPeriod = resources.CpuLimitMilli > 0 ? Period : 0,
        CpuQuota = resources.CpuLimitMilli > 0 ? Math.Max(LeastQuota, resources.CpuLimitMilli * Period / 1000) : 0,
        MemoryLimitInBytes = resources.MemoryLimit, OomScoreAdj = resources.OomScoreAdjust,
    };

    private static Protos.Cri.MountPropagation PropagationOf(Runtimes.MountPropagation propagation) => propagation switch
    {
        Runtimes.MountPropagation.HostToContainer => Protos.Cri.MountPropagation.PropagationHostToContainer,
        Runtimes.MountPropagation.Bidirectional => Protos.Cri.MountPropagation.PropagationBidirectional,
        _ => Protos.Cri.MountPropagation.PropagationPrivate,
    };

    private static SecurityProfile SystemCallsOf(SystemCallFilter filter) => new()
    {
        ProfileType = filter.Unconfined ? SecurityProfile.Types.ProfileType.Unconfined
            : filter.File.Length > 0 ? SecurityProfile.Types.ProfileType.Localhost : SecurityProfile.Types.ProfileType.RuntimeDefault,
        LocalhostRef = filter.File,
    };

    private static LinuxContainerSecurityContext SecurityOf(PodSandboxSpec pod, ContainerSpec spec)
    {
        ContainerIdentity identity = spec.Identity;
        var security = new LinuxContainerSecurityContext
        {
            NamespaceOptions = SandboxConfigs.NamespacesOf(pod), Privileged = identity.Privileged, ReadonlyRootfs = spec.ReadOnlyRoot,
            NoNewPrivs = identity.NoNewPrivileges, Capabilities = new Capability(),
            RunAsUser = identity.User is { } user ? new Int64Value { Value = user } : null, RunAsUsername = identity.UserName,

            // CRI takes no group without a user.
            RunAsGroup = identity.Group is { } group && (identity.User is not null || identity.UserName.Length > 0) ? new Int64Value { Value = group } : null,
        };
        if (spec.Target.Length > 0 && security.NamespaceOptions.Pid == NamespaceMode.Container)
            (security.NamespaceOptions.Pid, security.NamespaceOptions.TargetId) = (NamespaceMode.Target, spec.Target);
        security.SupplementalGroups.AddRange(identity.SupplementalGroups);
        security.Capabilities.AddCapabilities.AddRange(identity.AddedCapabilities);
        security.Capabilities.DropCapabilities.AddRange(identity.DroppedCapabilities);
        if (!identity.Privileged)
        {
            security.Seccomp = SystemCallsOf(identity.SystemCalls);
            security.MaskedPaths.AddRange(Masked);
            security.ReadonlyPaths.AddRange(ReadOnly);
        }
        return security;
    }
}
