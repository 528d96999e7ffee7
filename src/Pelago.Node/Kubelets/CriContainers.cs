// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Images;
using Pelago.Node.Kubelets.Runs;
using ContainerState = Pelago.Node.Runtimes.ContainerState;
using ContainerStatus = Pelago.Node.Runtimes.ContainerStatus;

namespace Pelago.Node.Kubelets;

/// <summary>The containers of a kubelet, as their runtime knows them: by the labels that the kubelet gives them.</summary>
internal sealed class CriContainers(ContainerdClient client) : IKubeletContainers
{
    private const string Pod = "io.kubernetes.pod.name";
    private const string Namespace = "io.kubernetes.pod.namespace";
    private const string PodUid = "io.kubernetes.pod.uid";
    private const string Name = "io.kubernetes.container.name";

    // A runtime that hangs gives no answer for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static DateTime Deadline => TimeProvider.System.GetUtcNow().UtcDateTime + Patience;

    /// <summary>The attempts at a container that the runtime has, newest first. Of several pods that have had the name, of the newest.</summary>
    public async Task<IReadOnlyList<ContainerStatus>> AttemptsAsync(string ns, string pod, string container, CancellationToken cancel)
    {
        ListContainersResponse all = await ListAsync(cancel);
        var mine = all.Containers.Where(item => Label(item, Namespace) == ns && Label(item, Pod) == pod).OrderByDescending(item => item.CreatedAt).ToList();
        if (mine.Count == 0)
            throw new ApiStatusException(ApiStatus.NotFound(new GroupResource("", "pods"), pod));
        mine.RemoveAll(item => Label(item, PodUid) != Label(mine[0], PodUid) || Label(item, Name) != container);
        if (mine.Count == 0)
            throw new ApiStatusException(ApiStatus.BadRequest($"container {container} is not valid for pod {pod}, or has not started"));
        var attempts = new List<ContainerStatus>();
        foreach (Container item in mine)
        {
            if (await StatusAsync(item.Id, cancel) is { } status)
                attempts.Add(status.Of);
        }
        return attempts;
    }

    public async Task<IReadOnlyList<SeenContainer>> SeenAsync(CancellationToken cancel)
    {
        ListContainersResponse all = await ListAsync(cancel);
        return [.. all.Containers.Where(item => Label(item, PodUid).Length > 0).Select(item => new SeenContainer(
            item.Id, Label(item, Namespace), Label(item, Pod), Label(item, PodUid), Label(item, Name), (int)item.Metadata.Attempt,
            item.State == Containerd.Protos.Cri.ContainerState.ContainerUnknown ? null : ContainerConfigs.StateOf(item.State)))];
    }

    public async Task<ContainerStatus?> FindAsync(string id, CancellationToken cancel)
    {
        try
        {
            return (await StatusAsync(id, cancel))?.Of;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw Silent(fault);
        }
    }

    /// <summary>Which containers are on which images.</summary>
    public async Task<ImageUse> ImageUseAsync(CancellationToken cancel)
    {
        ListContainersResponse all = await ListAsync(cancel);
        var containers = new List<ContainerStatus>();
        var pods = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Container item in all.Containers)
        {
            pods[item.PodSandboxId] = $"pod {Label(item, Namespace)}/{Label(item, Pod)}";
            if (await StatusAsync(item.Id, cancel) is { } status)
                containers.Add(status.Of with { SandboxId = item.PodSandboxId });
        }
        return new ImageUse(containers, pods);
    }

    /// <summary>The process of a running container; null when it does not run.</summary>
    public async Task<int?> ProcessAsync(string id, CancellationToken cancel) =>
        await StatusAsync(id, cancel) is { Of.State: ContainerState.Running, Process: > 0 and var process } ? process : null;

    public async Task<bool> IsRunningAsync(string id, CancellationToken cancel) => await StatusAsync(id, cancel) is { Of.State: ContainerState.Running };

    /// <summary>The image that sandboxes are made of; empty when the runtime does not say.</summary>
    public async Task<string> SandboxImageAsync(CancellationToken cancel)
    {
        StatusResponse answer = await client.Runtime.StatusAsync(new StatusRequest { Verbose = true }, cancellationToken: cancel);
        return answer.Info.TryGetValue("config", out string? config) ? Document(config)?.String("sandboxImage") ?? "" : "";
    }

    private async Task<(ContainerStatus Of, int Process)?> StatusAsync(string id, CancellationToken cancel)
    {
        try
        {
            ContainerStatusResponse answer = await client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = id, Verbose = true }, deadline: Deadline, cancellationToken: cancel);
            string uid = answer.Status.Labels.TryGetValue(PodUid, out string? label) ? label : "";
            JsonObject? info = answer.Info.TryGetValue("info", out string? text) ? Document(text) : null;
            return (ContainerConfigs.StatusOf(answer.Status, "", uid), (int)(info?.Integer("pid") ?? 0));
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return null; // gone since it was listed
        }
    }

    private async Task<ListContainersResponse> ListAsync(CancellationToken cancel)
    {
        try
        {
            return await client.Runtime.ListContainersAsync(new ListContainersRequest(), deadline: Deadline, cancellationToken: cancel);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw Silent(fault);
        }
    }

    private static ApiStatusException Silent(RpcException fault) => new(ApiStatus.Unavailable($"the container runtime of this node does not answer: {fault.Status.Detail}"));

    private static JsonObject? Document(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // each runtime has its own words here
        }
    }

    private static string Label(Container container, string name) => container.Labels.TryGetValue(name, out string? value) ? value : "";
}
