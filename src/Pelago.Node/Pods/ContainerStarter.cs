// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;
using Pelago.Node.Variables;
using Pelago.Node.Volumes;

namespace Pelago.Node.Pods;

/// <summary>A container that was begun, by its id, or why it was not.</summary>
internal readonly record struct StartedContainer(string Id, WaitingReason? Failure);

/// <summary>Brings one container from its spec to running: environment, mounts, create, start; then its postStart hook.</summary>
internal sealed class ContainerStarter(PodServices services, V1Pod pod, PodEvents events)
{
    private const string ServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Begun or not, and then with what its waiting state says. Events tell of each step.</summary>
    public async Task<StartedContainer> StartAsync(
        PodView view, PodContainer container, ImageStatus? image, IReadOnlyDictionary<string, MountedVolume> volumes, CancellationToken cancel)
    {
        string id;
        try
        {
            id = await CreateAsync(view, container, image, volumes, cancel);
        }
        catch (ConfigurationException fault)
        {
            return Failed(container, WaitingReason.CreateContainerConfigError, fault.Message);
        }
        catch (Exception fault) when (fault is RuntimeException or VolumeException or IOException or UnauthorizedAccessException)
        {
            return Failed(container, WaitingReason.CreateContainerError, fault.Message);
        }
        events.Normal(container, "Created", $"Created container: {container.Name}");
        try
        {
            await services.Runtime.StartContainerAsync(id, cancel);
        }
        catch (RuntimeException fault)
        {
            return Failed(container, WaitingReason.RunContainerError, fault.Message);
        }
        events.Normal(container, "Started", $"Started container {container.Name}");
        return new StartedContainer(id, null);
    }

    /// <summary>Null when there is no hook or it did well; else the container was ended, and what its waiting state says.</summary>
    public async Task<WaitingReason?> RunPostStartAsync(PodSandboxStatus sandbox, PodContainer container, string id, CancellationToken cancel)
    {
        if (container.Spec.Lifecycle?.PostStart is not { } hook)
            return null;
        var target = new ProbeTarget(services.Runtime, sandbox, container.Spec, id, services.HostAddress);
        string? failure = await LifecycleHook.RunAsync(hook, target, services.Time, cancel);
        cancel.ThrowIfCancellationRequested(); // a request that was broken off is said to have failed
        if (failure is null)
            return null;
        events.Warning(container, "FailedPostStartHook", $"PostStartHook failed: {failure}");
        events.Normal(container, "Killing", "FailedPostStartHook");
        await services.Runtime.StopContainerAsync(id, PodGrace.Of(pod, isRemoved: false), cancel);
        return new WaitingReason(WaitingReason.PostStartHookError, failure);
    }

    private StartedContainer Failed(PodContainer container, string reason, string message)
    {
        events.Warning(container, "Failed", $"Error: {message}");
        return new StartedContainer("", new WaitingReason(reason, message));
    }

    private async Task<string> CreateAsync(
        PodView view, PodContainer container, ImageStatus? image, IReadOnlyDictionary<string, MountedVolume> volumes, CancellationToken cancel)
    {
        PodSandboxStatus sandbox = view.Sandbox!;
        int attempt = await NextAttemptAsync(view, container, cancel);
        var fields = new PodFields(pod, AddressOf(sandbox), services.HostAddress, services.Allocatable);
        var variables = new ContainerVariables(services.Objects, pod, fields, sandbox)
        {
            Services = services.ServicesNow(), NodeDefaults = services.Options.PodVariables,
        };
        List<KeyValuePair<string, string>> environment = await variables.BuildAsync(container.Spec, cancel);
        List<ContainerMount> mounts = ContainerMounts.Of(container.Spec, volumes, environment);
        ContainerSpec spec = ContainerSpecs.Of(pod, container.Spec, attempt, environment, mounts, services.Paths, services.Runtime.Features, image);
        int score = QualityOfService.OomScoreAdjust(pod, container.Spec, services.Allocatable);
        spec = spec with { Resources = spec.Resources with { OomScoreAdjust = score }, Target = TargetOf(view, container) };
        TellWhatIsIgnored(container, spec, sandbox);
        return await services.Runtime.CreateContainerAsync(sandbox.Id, spec, cancel);
    }

    /// <summary>The running container that one of kubectl debug is for; empty: it is for none alone, or the runtime has no images, and then all of the pod see each other anyway.</summary>
    private string TargetOf(PodView view, PodContainer container)
    {
        string? target = container.Kind == ContainerKind.Ephemeral ? pod.Spec.EphemeralContainers.First(item => item.Name == container.Name).TargetContainerName : null;
        if (string.IsNullOrEmpty(target) || !services.Runtime.Features.Images)
            return "";
        return view.Latest(target) is { State: ContainerState.Running } running ? running.Id : throw new ConfigurationException($"unable to find target container \"{target}\"");
    }

    private string AddressOf(PodSandboxStatus sandbox) => sandbox.Address.Length > 0 ? sandbox.Address : services.HostAddress;

    /// <summary>One more than the last, which only the API server may still know. A container that was made and never ran is made anew.</summary>
    private async Task<int> NextAttemptAsync(PodView view, PodContainer container, CancellationToken cancel)
    {
        if (view.Latest(container.Name) is { } latest)
        {
            if (latest.State != ContainerState.Created)
                return latest.Attempt + 1;
            await services.Runtime.RemoveContainerAsync(latest.Id, cancel);
            return latest.Attempt;
        }
        V1ContainerStatus? known = (pod.Status?.ContainerStatuses ?? [])
            .Concat(pod.Status?.InitContainerStatuses ?? [])
            .FirstOrDefault(status => status.Name == container.Name);
        return known is { ContainerID.Length: > 0 } ? known.RestartCount + 1 : 0;
    }

    private void TellWhatIsIgnored(PodContainer container, ContainerSpec spec, PodSandboxStatus sandbox)
    {
        RuntimeFeatures features = services.Runtime.Features;
        if (!features.Processes || spec.Attempt > 0)
            return;
        if (!features.Images && spec.Image.Length > 0)
            events.Normal(container, "ImageIgnored", $"Image \"{spec.Image}\" is only a label here: the {services.Runtime.Name} runtime runs the command from the host's files");
        if (!features.Identities && spec.Identity.User is { } user)
            events.Warning(container, "UserIgnored", $"runAsUser {user} is not applied: this node does not run as root");
        string[] mounts = [.. spec.Mounts.Where(mount => mount.Volume.Length > 0 && mount.ContainerPath != ServiceAccountDirectory).Select(mount => mount.ContainerPath)];
        if (!sandbox.HasOwnRoot && !sandbox.Spec.OnHost && mounts.Length > 0)
        {
            events.Warning(
                container, "VolumesBelowSandbox",
                $"Volumes are not at {string.Join(", ", mounts)} but below $PELAGO_SANDBOX: pods of this node see the machine's files and have none of their own");
        }
    }
}
