// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Probing;

/// <summary>The probes of a pod's running containers. Owned by the pod's worker, and used by it alone.</summary>
internal sealed class PodProbes(IPodRuntime runtime, string hostAddress, TimeProvider time, Action changed, Action<PodContainer, string> unhealthy) : IAsyncDisposable
{
    private readonly Dictionary<string, ContainerProbes> _byContainer = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _since = time.GetUtcNow();

    /// <summary>
    /// Starts probes of containers that have come to run, ends those of containers that no longer do. Of a pod that ends only readiness is asked for.
    /// </summary>
    public async Task FollowAsync(PodView view, bool isTerminating)
    {
        var running = new HashSet<string>(StringComparer.Ordinal);
        foreach (PodContainer container in PodContainer.AllOf(view.Pod).Where(container => container.Kind is ContainerKind.Regular or ContainerKind.Sidecar))
        {
            if (view.Sandbox is null || view.Latest(container.Name) is not { State: ContainerState.Running } latest || !HasProbes(container.Spec))
                continue;
            running.Add(latest.Id);
            if (!_byContainer.ContainsKey(latest.Id))
                _byContainer[latest.Id] = Start(view, container, latest);
            if (isTerminating)
                _byContainer[latest.Id].EndLife();
        }
        foreach (string id in _byContainer.Keys.Where(id => !running.Contains(id)).ToList())
        {
            _byContainer.Remove(id, out ContainerProbes? gone);
            await gone!.DisposeAsync();
        }
    }

    public ProbeVerdicts Verdicts()
    {
        if (_byContainer.Count == 0)
            return ProbeVerdicts.None;
        return new ProbeVerdicts
        {
            LivenessFailed = Where(probes => probes.LivenessFailed), StartupFailed = Where(probes => probes.StartupFailed),
            Starting = Where(probes => !probes.IsStarted), Unready = Where(probes => !probes.IsReady),
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ContainerProbes probes in _byContainer.Values)
            await probes.DisposeAsync();
        _byContainer.Clear();
    }

    private static bool HasProbes(V1Container container) =>
        container.StartupProbe is not null || container.ReadinessProbe is not null || container.LivenessProbe is not null;

    private ContainerProbes Start(PodView view, PodContainer container, ContainerStatus latest)
    {
        V1ContainerStatus? known = (view.Pod.Status?.ContainerStatuses ?? [])
            .Concat(view.Pod.Status?.InitContainerStatuses ?? [])
            .FirstOrDefault(status => status.ContainerID?.EndsWith(latest.Id, StringComparison.Ordinal) == true);
        var target = new ProbeTarget(runtime, view.Sandbox!, container.Spec, latest.Id, hostAddress);
        DateTimeOffset startedAt = latest.StartedAt ?? time.GetUtcNow();
        double head = startedAt < _since ? Random.Shared.NextDouble() : 0;
        return new ContainerProbes(
            container.Spec, target, startedAt, known?.Started == true, known?.Ready == true, head, time, changed, text => unhealthy(container, text));
    }

    private HashSet<string> Where(Func<ContainerProbes, bool> condition) => [.. _byContainer.Where(pair => condition(pair.Value)).Select(pair => pair.Key)];
}
