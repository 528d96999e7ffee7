// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Ports;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>
/// Says why a container of one pod that shares the host's network may have failed at its start: somebody else holds a port that it declared, which
/// otherwise stands in its log alone. Called by the pod's worker only.
/// </summary>
internal sealed class PortConflicts(PodServices services, PodEvents events)
{
    /// <summary>Who has run for longer had its port; and what is over for longer may have been without a conflict.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(1);
    private HashSet<string> _told = [];

    public async Task TellAsync(PodView view, CancellationToken cancel)
    {
        if (!services.Runtime.Features.Processes || view.Sandbox is not { } sandbox || !(sandbox.Spec.HostNetwork || sandbox.AssignedPorts.Count > 0))
            return;
        ContainerStatus[] failed = [.. view.Containers.Where(HasFailedToBegin)];
        foreach (ContainerStatus status in failed.Where(status => !_told.Contains(status.Id)))
        {
            if (PodContainer.AllOf(view.Pod).FirstOrDefault(item => item.Name == status.Name) is { } container)
                await TellAsync(view.Pod, container, sandbox, cancel);
        }
        _told = [.. failed.Select(status => status.Id)];
    }

    private bool HasFailedToBegin(ContainerStatus status) =>
        status is { State: ContainerState.Exited, ExitCode: not 0, StartedAt: { } started, FinishedAt: { } finished }
        && finished - started < Beginning && services.Time.GetUtcNow() - finished < Beginning;

    private async Task TellAsync(V1Pod pod, PodContainer container, PodSandboxStatus sandbox, CancellationToken cancel)
    {
        if (container.Spec.Ports is not { Count: > 0 } declared)
            return;
        List<ListeningPort> sockets = new MachinePorts("/proc").Sockets();
        foreach (V1ContainerPort port in declared)
        {
            ListeningPort[] held = [.. sockets.Where(socket => socket.Port == port.ContainerPort && socket.Protocol == (port.Protocol ?? "TCP")).OrderByDescending(socket => socket.IsEverywhere)];
            if (held.Length == 0)
                continue;
            string holder = await HolderAsync(pod, held[0], cancel);
            string where = held[0].IsEverywhere ? "every address" : held[0].Address.ToString();
            string advice = sandbox.AssignedPorts.GetValueOrDefault(port.ContainerPort, port.ContainerPort) == port.ContainerPort
                ? "let one of the two listen on another port"
                : "let it listen on $PORT, or let each listen at its own pod's address alone ($POD_IP)";
            events.Warning(
                container, "PortInUse",
                string.Create(CultureInfo.InvariantCulture, $"Port {port.ContainerPort} is declared, and {holder} listens on it at {where}: this pod has no network of its own. If the container ended for that, {advice}"));
        }
    }

    private async Task<string> HolderAsync(V1Pod own, ListeningPort held, CancellationToken cancel)
    {
        if (ProcessSockets.HolderOf(held.Inode) is not { } pid)
            return "a process of another user";
        if (MarkedProcesses.ContainerOf(pid) is { } id && await services.Runtime.ContainerStatusAsync(id, cancel) is { } container
            && (await services.Runtime.ListPodSandboxesAsync(container.PodUid, cancel)).FirstOrDefault() is { Spec: var pod })
            return container.PodUid == own.Metadata.Uid ? $"container {container.Name} of this pod" : $"container {container.Name} of pod {pod.Namespace}/{pod.Name}";
        return string.Create(CultureInfo.InvariantCulture, $"process {pid} ({NameOf(pid)})");
    }

    private static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")).Trim();
        }
        catch (IOException)
        {
            return "ended by now";
        }
    }
}
