// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;
using Pelago.Node.Variables;

namespace Pelago.Node.Pods;

/// <summary>What a container must be for the runtime, from its spec and what it gets from the pod.</summary>
internal static class ContainerSpecs
{
    private static readonly Dictionary<string, int> Signals = new(StringComparer.Ordinal)
    {
        ["SIGHUP"] = 1, ["SIGINT"] = 2, ["SIGQUIT"] = 3, ["SIGKILL"] = 9, ["SIGUSR1"] = 10, ["SIGUSR2"] = 12, ["SIGTERM"] = 15, ["SIGWINCH"] = 28,
    };

    public static ContainerSpec Of(
        V1Pod pod, V1Container container, int attempt, IReadOnlyList<KeyValuePair<string, string>> variables, IReadOnlyList<ContainerMount> mounts,
        PodPaths paths, RuntimeFeatures features, ImageStatus? image = null)
    {
        string uid = pod.Metadata.Uid;
        return new ContainerSpec
        {
            Name = container.Name, Attempt = attempt, Image = container.Image ?? "",
            Command = container.Command is { Count: > 0 } || !features.Images ? CommandOf(container, variables, features) : [],
            ImageArguments = container.Command is { Count: > 0 } || !features.Images ? [] : CommandOf(container, variables, features),
            WorkingDirectory = container.WorkingDir ?? "",
            Environment = variables,
            Mounts = features.Processes ? [.. mounts, TerminationMessageMount(container, paths.TerminationMessage(uid, container.Name, attempt))] : mounts,
            LogPath = paths.Log(uid, container.Name, attempt),
            Stdin = container.Stdin == true, StdinOnce = container.StdinOnce == true, Terminal = container.Tty == true,
            Resources = ResourcesOf(container),
            Identity = features.Processes ? IdentityOf(pod, container, image, paths) : new ContainerIdentity(),
            ReadOnlyRoot = container.SecurityContext?.ReadOnlyRootFilesystem == true,
            StopSignal = Signals.GetValueOrDefault(container.Lifecycle?.StopSignal ?? "SIGTERM", Signals["SIGTERM"]),
            Labels = new Dictionary<string, string>
            {
                ["io.kubernetes.pod.name"] = pod.Metadata.Name, ["io.kubernetes.pod.namespace"] = pod.Metadata.NamespaceProperty,
                ["io.kubernetes.pod.uid"] = uid, ["io.kubernetes.container.name"] = container.Name,
            },
        };
    }

    private static List<string> CommandOf(V1Container container, IReadOnlyList<KeyValuePair<string, string>> variables, RuntimeFeatures features)
    {
        var lookup = new Dictionary<string, string>(variables, StringComparer.Ordinal);
        List<string> words = [.. (container.Command ?? []).Concat(container.Args ?? []).Select(word => Expansion.Expand(word, lookup.GetValueOrDefault))];
        if (features.Processes && !features.Images && container.Command is null or { Count: 0 } && !IsProgram(words, lookup.GetValueOrDefault("PATH")))
        {
            throw new RuntimeException(
                WaitingReason.CreateContainerError,
                $"no command specified: this runtime runs the host's programs and takes no command from image \"{container.Image}\"; set the container's command");
        }
        return words;
    }

    /// <summary>Arguments alone are a command as people type it (kubectl run x --image busybox -- echo hi), and not when they are for the program of an image.</summary>
    private static bool IsProgram(List<string> words, string? path) =>
        words is [{ Length: > 0 } first, ..] && ProgramPath.Find(first, path ?? Environment.GetEnvironmentVariable("PATH") ?? "", directory: "/") is not null;

    private static ContainerMount TerminationMessageMount(V1Container container, string file)
    {
        const UnixFileMode Everybody = (UnixFileMode)0x1b6; // 0666
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, []);
        File.SetUnixFileMode(file, Everybody);
        string path = string.IsNullOrEmpty(container.TerminationMessagePath) ? TerminationMessage.DefaultPath : container.TerminationMessagePath;
        return new ContainerMount(file, path, ReadOnly: false);
    }

    private static ContainerResources ResourcesOf(V1Container container)
    {
        const long LeastShares = 2;
        decimal request = Amount(container.Resources?.Requests, "cpu");
        decimal limit = Amount(container.Resources?.Limits, "cpu");
        return new ContainerResources
        {
            CpuShares = Math.Max(LeastShares, (long)((request > 0 ? request : limit) * 1024)),
            CpuLimitMilli = (long)Math.Ceiling(limit * 1000),
            MemoryLimit = (long)Amount(container.Resources?.Limits, "memory"),
        };
    }

    private static decimal Amount(IDictionary<string, ResourceQuantity>? amounts, string resource) =>
        amounts is not null && amounts.TryGetValue(resource, out ResourceQuantity? quantity) ? quantity.ToDecimal() : 0;

    private static ContainerIdentity IdentityOf(V1Pod pod, V1Container container, ImageStatus? image, PodPaths paths)
    {
        V1PodSecurityContext? shared = pod.Spec.SecurityContext;
        V1SecurityContext? own = container.SecurityContext;
        long? user = own?.RunAsUser ?? shared?.RunAsUser;
        bool nonRoot = (own?.RunAsNonRoot ?? shared?.RunAsNonRoot) == true;
        if (nonRoot && user is null && image is { User: null })
            throw new ConfigurationException("container has runAsNonRoot and image has non-numeric user, cannot verify user is non-root");
        if (nonRoot && (user ?? image?.User) is null or 0 && Native.LibC.EffectiveUser() == 0)
        {
            throw new ConfigurationException(user is null
                ? $"container has runAsNonRoot and image will run as root (pod: \"{pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})\", container: {container.Name})"
                : $"container's runAsUser breaks non-root policy (pod: \"{pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})\", container: {container.Name})");
        }
        List<long> groups = [.. (shared?.SupplementalGroups ?? []).Select(id => id ?? 0)];
        if (shared?.FsGroup is { } files)
            groups.Add(files);
        long? group = own?.RunAsGroup ?? shared?.RunAsGroup;

        // A runtime takes no group without a user: it is then the image's.
        bool isImages = user is null && group is not null;
        return new ContainerIdentity
        {
            User = isImages ? image?.User : user, UserName = isImages && image is { User: null } ? image.UserName : "", Group = group, SupplementalGroups = groups,
            NoNewPrivileges = own?.AllowPrivilegeEscalation == false, Privileged = own?.Privileged == true,
            AddedCapabilities = [.. own?.Capabilities?.Add ?? []], DroppedCapabilities = [.. own?.Capabilities?.Drop ?? []],
            SystemCalls = SystemCallFilters.Of(pod, container, paths.SystemCallProfiles),
        };
    }
}
