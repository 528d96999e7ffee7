// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>Ends containers: preStop, the stop signal, and SIGKILL when the grace period is over.</summary>
internal sealed class PodKiller(PodServices services, PodEvents events)
{
    // What is left for the signal when preStop has used up the grace period, or other containers have before a sidecar's turn.
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    public async Task KillAsync(PodView view, PodContainer container, ContainerStatus status, TimeSpan grace, string message, CancellationToken cancel)
    {
        events.Normal(container, "Killing", message);
        long start = services.Time.GetTimestamp();
        if (container.Spec.Lifecycle?.PreStop is { } hook && grace > TimeSpan.Zero && view.Sandbox is { } sandbox)
            await RunPreStopAsync(hook, sandbox, container, status, grace, cancel);
        await services.Runtime.StopContainerAsync(status.Id, Left(grace, start), cancel);
    }

    /// <summary>Regular containers at the same time, then sidecars in the reverse of their order, all within one grace period.</summary>
    public async Task KillAllAsync(PodView view, TimeSpan grace, CancellationToken cancel)
    {
        long start = services.Time.GetTimestamp();
        var killed = new HashSet<string>(StringComparer.Ordinal);
        IEnumerable<PodContainer> together = PodContainer.AllOf(view.Pod).Where(container => container.Kind != ContainerKind.Sidecar);
        await Task.WhenAll(together.SelectMany(container => KillAttempts(container, grace)));
        foreach (PodContainer sidecar in PodContainer.InitOf(view.Pod).Where(container => container.Kind == ContainerKind.Sidecar).Reverse())
        {
            await Task.WhenAll(KillAttempts(sidecar, Left(grace, start)));
        }
        // Of containers that the spec no longer has.
        foreach (ContainerStatus status in view.Running.Where(status => !killed.Contains(status.Id)).ToList())
            await services.Runtime.StopContainerAsync(status.Id, Left(grace, start), cancel);

        IEnumerable<Task> KillAttempts(PodContainer container, TimeSpan within) => view.Attempts(container.Name)
            .Where(status => status.State == ContainerState.Running && killed.Add(status.Id))
            .Select(status => KillAsync(view, container, status, within, $"Stopping container {container.Name}", cancel))
            .ToList();
    }

    /// <summary>A grace period that is shorter than the least, as that of a pod which is deleted by force, is all there is.</summary>
    private TimeSpan Left(TimeSpan grace, long start)
    {
        TimeSpan left = grace - services.Time.GetElapsedTime(start);
        TimeSpan least = grace >= LeastGrace ? LeastGrace : TimeSpan.Zero;
        return left > least ? left : least;
    }

    private async Task RunPreStopAsync(
        V1LifecycleHandler hook, PodSandboxStatus sandbox, PodContainer container, ContainerStatus status, TimeSpan grace, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(grace, services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            var target = new ProbeTarget(services.Runtime, sandbox, container.Spec, status.Id, services.HostAddress);
            if (await LifecycleHook.RunAsync(hook, target, services.Time, both.Token) is { } failure)
                events.Warning(container, "FailedPreStopHook", $"PreStopHook failed: {failure}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            events.Warning(container, "FailedPreStopHook", $"PreStopHook did not complete in {grace.TotalSeconds:0} seconds");
        }
    }
}
