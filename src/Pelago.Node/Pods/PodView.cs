// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>A pod's spec beside what the runtime has of it, at one moment.</summary>
internal sealed class PodView
{
    private readonly ILookup<string, ContainerStatus> _byName;

    public PodView(V1Pod pod, IEnumerable<PodSandboxStatus> sandboxes, IEnumerable<ContainerStatus> containers)
    {
        Pod = pod;
        Sandboxes = [.. sandboxes.OrderByDescending(sandbox => sandbox.Spec.Attempt)];
        Containers = [.. containers];
        _byName = Containers.OrderByDescending(container => container.Attempt).ToLookup(container => container.Name);
    }

    /// <summary>What the runtime has of a pod now.</summary>
    public static async Task<PodView> ReadAsync(V1Pod pod, PodServices services, CancellationToken cancel)
    {
        string uid = pod.Metadata.Uid;
        IReadOnlyList<PodSandboxStatus> sandboxes = await services.Runtime.ListPodSandboxesAsync(uid, cancel);
        IReadOnlyList<ContainerStatus> containers = await services.Runtime.ListContainersAsync(uid, cancel);
        Dictionary<string, V1Container> specs = PodContainer.AllOf(pod).ToDictionary(container => container.Name, container => container.Spec);
        return new PodView(
            pod,
            sandboxes,
            containers.Select(container =>
                specs.TryGetValue(container.Name, out V1Container? spec) ? TerminationMessage.AddTo(container, spec, services.Paths) : container));
    }

    public V1Pod Pod { get; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<PodSandboxStatus> Sandboxes { get; }
    public IReadOnlyList<ContainerStatus> Containers { get; }

    /// <summary>The sandbox that containers can run in; null when there is none.</summary>
    public PodSandboxStatus? Sandbox => Sandboxes.Count > 0 && Sandboxes[0].State == SandboxState.Ready ? Sandboxes[0] : null;

    public IEnumerable<ContainerStatus> Running => Containers.Where(container => container.State == ContainerState.Running);

    public ContainerStatus? Latest(string name) => _byName[name].FirstOrDefault();

    /// <summary>All attempts that the runtime still has, newest first.</summary>
    public IEnumerable<ContainerStatus> Attempts(string name) => _byName[name];

    public bool IsRunning(string name) => Latest(name)?.State == ContainerState.Running;
}
