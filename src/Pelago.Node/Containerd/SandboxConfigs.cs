// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Supervision;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd;

/// <summary>A pod sandbox in CRI's words, and back. The spec travels along as an annotation, so that a later daemon knows it all.</summary>
internal static class SandboxConfigs
{
    private const string SpecAnnotation = "pelago.dev/sandbox";

    /// <summary>Logs lie under the directory of all pods; CRI wants each relative to one place.</summary>
    /// <param name="controlGroup">The group that all its containers go into; empty: containerd chooses one for each.</param>
    public static PodSandboxConfig Of(PodSandboxSpec spec, string podsDirectory, string controlGroup)
    {
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = spec.Name, Namespace = spec.Namespace, Uid = spec.Uid, Attempt = (uint)spec.Attempt },
            Hostname = spec.HostNetwork ? "" : spec.Hostname,
            LogDirectory = podsDirectory,
            DnsConfig = spec.ResolvConf.Length > 0 ? ResolverOf(spec.ResolvConf) : null,
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = controlGroup,
                SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = NamespacesOf(spec), Privileged = spec.Privileged },
            },
        };
        config.Labels.Add("io.kubernetes.pod.name", spec.Name);
        config.Labels.Add("io.kubernetes.pod.namespace", spec.Namespace);
        config.Labels.Add("io.kubernetes.pod.uid", spec.Uid);
        config.Annotations.Add(SpecAnnotation, JsonSerializer.Serialize(spec, ContainerdJson.Default.PodSandboxSpec));
        foreach ((string name, string value) in spec.Sysctls)
            config.Linux.Sysctls[name] = value;
        if (!spec.HostNetwork)
            config.PortMappings.AddRange(spec.Ports.Where(port => port.HostPort > 0).Select(PortOf));
        return config;
    }

    public static NamespaceOption NamespacesOf(PodSandboxSpec spec) => new()
    {
        Network = spec.HostNetwork ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = spec.HostPid ? NamespaceMode.Node : spec.SharedProcesses ? NamespaceMode.Pod : NamespaceMode.Container,
        Ipc = spec.HostIpc ? NamespaceMode.Node : NamespaceMode.Pod,
    };

    public static Runtimes.PodSandboxStatus StatusOf(Protos.Cri.PodSandboxStatus status) => new()
    {
        Id = status.Id, Spec = SpecOf(status), CreatedAt = UnixTime.Of(status.CreatedAt) ?? DateTimeOffset.UnixEpoch, HasOwnRoot = true,
        State = status.State == PodSandboxState.SandboxReady ? SandboxState.Ready : SandboxState.NotReady,
        Address = status.State == PodSandboxState.SandboxReady ? status.Network?.Ip ?? "" : "",
    };

    private static PodSandboxSpec SpecOf(Protos.Cri.PodSandboxStatus status)
    {
        PodSandboxSpec? spec = status.Annotations.TryGetValue(SpecAnnotation, out string? text)
            ? JsonSerializer.Deserialize(text, ContainerdJson.Default.PodSandboxSpec)
            : null;
        if (spec is not null)
            return spec with { Sysctls = spec.Sysctls ?? [], OwnNames = spec.OwnNames ?? "" }; // one that an older daemon wrote says nothing of them
        return new PodSandboxSpec
        {
            Namespace = status.Metadata.Namespace, Name = status.Metadata.Name, Uid = status.Metadata.Uid, Attempt = (int)status.Metadata.Attempt,
        };
    }

    private static PortMapping PortOf(PodPort port) => new()
    {
        ContainerPort = port.ContainerPort, HostPort = port.HostPort, HostIp = port.HostAddress,
        Protocol = port.Protocol switch { "UDP" => Protocol.Udp, "SCTP" => Protocol.Sctp, _ => Protocol.Tcp },
    };

    /// <summary>Lines of resolv.conf: <c>nameserver 10.96.0.10</c>, <c>search a b</c>, <c>options ndots:5</c>.</summary>
    private static DNSConfig ResolverOf(string text)
    {
        var config = new DNSConfig();
        foreach (string[] words in text.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1))
        {
            switch (words[0])
            {
                case "nameserver":
                    config.Servers.Add(words[1]);
                    break;
                case "search":
                    config.Searches.AddRange(words[1..]);
                    break;
                case "options":
                    config.Options.AddRange(words[1..]);
                    break;
            }
        }
        return config;
    }
}

/// <summary>Nanoseconds since 1970, as CRI writes times; 0 is none.</summary>
internal static class UnixTime
{
    private const long NanosecondsPerTick = 100;

    public static DateTimeOffset? Of(long nanoseconds) => nanoseconds > 0 ? DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick) : null;
}
