// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Processes;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>
/// Says why a container of one pod that shares the host's network may have failed at its start: somebody else holds a port that it declared, which
/// otherwise stands in its log alone. Called by the pod's worker only.
/// </summary>
internal sealed class PortConflicts(PodServices services, PodEvents events, AssignedPortsWriter ports)
{
    /// <summary>Who has run for longer had its port; and what is over for longer may have been without a conflict.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(1);
    private HashSet<string> _told = [];

    public async Task TellAsync(PodView view, CancellationToken cancel)
    {
        if (services.PortHolders is not { } holders || view.Sandbox is not { } sandbox || !(sandbox.Spec.HostNetwork || sandbox.AssignedPorts.Count > 0))
            return;
        ContainerStatus[] failed = [.. view.Containers.Where(HasFailedToBegin)];
        ContainerStatus[] news = [.. failed.Where(status => !_told.Contains(status.Id))];
        PortLook? look = null;
        foreach (ContainerStatus status in news)
        {
            if (PodContainer.AllOf(view.Pod).FirstOrDefault(item => item.Name == status.Name) is not { Spec.Ports.Count: > 0 } container)
                continue;
            look ??= holders.After(news.Max(item => item.FinishedAt!.Value));
            foreach (V1ContainerPort port in container.Spec.Ports.Where(port => !ports.IsHeeded(port.ContainerPort)))
                await TellAsync(view.Pod, container, port, sandbox, look, cancel);
        }
        _told = [.. failed.Select(status => status.Id)];
    }

    private bool HasFailedToBegin(ContainerStatus status) =>
        status is { State: ContainerState.Exited, ExitCode: not 0, StartedAt: { } started, FinishedAt: { } finished }
        && finished - started < Beginning && services.Time.GetUtcNow() - finished < Beginning;

    private async Task TellAsync(V1Pod pod, PodContainer container, V1ContainerPort port, PodSandboxStatus sandbox, PortLook look, CancellationToken cancel)
    {
        IPAddress own = IPAddress.Parse(sandbox.Address.Length > 0 ? sandbox.Address : services.HostAddress);
        foreach (ListeningPort held in look.On(port.ContainerPort, port.Protocol ?? "TCP").Where(socket => IsInTheWay(socket, own)).OrderByDescending(socket => socket.IsEverywhere))
        {
            if (await HolderAsync(pod, container, look.HolderOf(held), cancel) is not { } holder)
                continue;
            string where = held.IsEverywhere ? "every address" : held.Address.ToString();
            string advice = sandbox.AssignedPorts.GetValueOrDefault(port.ContainerPort, port.ContainerPort) == port.ContainerPort
                ? "let one of the two listen on another port"
                : "let it listen on $PORT, or let each listen at its own pod's address alone ($POD_IP)";
            events.Warning(
                container, "PortInUse",
                string.Create(CultureInfo.InvariantCulture, $"Port {port.ContainerPort} is declared, and {holder} listens on it at {where}: this pod has no network of its own. If the container ended for that, {advice}"));
            return;
        }
    }

    /// <summary>Whether a program that listens everywhere or at its pod's address is likely to have met it. Replicas at their own addresses are in nobody's way.</summary>
    private static bool IsInTheWay(ListeningPort socket, IPAddress own) =>
        socket.IsEverywhere || socket.Address.Equals(IPAddress.Loopback) || socket.Address.Equals(IPAddress.IPv6Loopback) || socket.Address.Equals(own);

    /// <summary>Null: another attempt at the same container.</summary>
    private async Task<string?> HolderAsync(V1Pod own, PodContainer failed, int? holder, CancellationToken cancel)
    {
        if (holder is not { } pid)
            return "a process of another user";
        if (MarkedProcesses.ContainerOf(pid) is { } id && await services.Runtime.ContainerStatusAsync(id, cancel) is { } container
            && await services.Runtime.ListPodSandboxesAsync(container.PodUid, cancel) is [{ Spec: var pod }, ..])
        {
            return container.PodUid != own.Metadata.Uid ? $"container {container.Name} of pod {pod.Namespace}/{pod.Name}"
                : container.Name != failed.Name ? $"container {container.Name} of this pod" : null;
        }
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
