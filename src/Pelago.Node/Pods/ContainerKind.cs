// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Pods;

internal enum ContainerKind
{
    /// <summary>Runs to its end before the next one.</summary>
    Init,

    /// <summary>An init container with restartPolicy Always: started in its turn, runs as long as the pod.</summary>
    Sidecar,
    Regular,

    /// <summary>Added to a running pod by <c>kubectl debug</c>; never restarted.</summary>
    Ephemeral,
}

/// <summary>A container of a pod's spec, and which role it has there.</summary>
internal readonly record struct PodContainer(V1Container Spec, ContainerKind Kind)
{
    public string Name => Spec.Name;

    /// <summary>Where Events point: <c>spec.containers{name}</c>.</summary>
    public string FieldPath => Kind switch
    {
        ContainerKind.Init or ContainerKind.Sidecar => $"spec.initContainers{{{Name}}}",
        ContainerKind.Ephemeral => $"spec.ephemeralContainers{{{Name}}}",
        _ => $"spec.containers{{{Name}}}",
    };

    public static IReadOnlyList<PodContainer> InitOf(V1Pod pod) =>
        [.. (pod.Spec.InitContainers ?? []).Select(item => new PodContainer(item, item.RestartPolicy == "Always" ? ContainerKind.Sidecar : ContainerKind.Init))];

    public static IReadOnlyList<PodContainer> RegularOf(V1Pod pod) =>
        [.. pod.Spec.Containers.Select(item => new PodContainer(item, ContainerKind.Regular))];

    public static IReadOnlyList<PodContainer> EphemeralOf(V1Pod pod) =>
        [.. (pod.Spec.EphemeralContainers ?? []).Select(item => new PodContainer(AsContainer(item), ContainerKind.Ephemeral))];

    public static IEnumerable<PodContainer> AllOf(V1Pod pod) => InitOf(pod).Concat(RegularOf(pod)).Concat(EphemeralOf(pod));

    private static V1Container AsContainer(V1EphemeralContainer item) => new()
    {
        Name = item.Name, Image = item.Image, Command = item.Command, Args = item.Args, WorkingDir = item.WorkingDir, Env = item.Env,
        EnvFrom = item.EnvFrom, VolumeMounts = item.VolumeMounts, SecurityContext = item.SecurityContext, Stdin = item.Stdin,
        StdinOnce = item.StdinOnce, Tty = item.Tty, TerminationMessagePath = item.TerminationMessagePath,
        TerminationMessagePolicy = item.TerminationMessagePolicy, Resources = item.Resources, ImagePullPolicy = item.ImagePullPolicy,
    };
}
