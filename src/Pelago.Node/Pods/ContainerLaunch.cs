// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;
using Pelago.Node.Volumes;

namespace Pelago.Node.Pods;

/// <summary>Has the containers of one pod begin, each when its back-off and its image allow it. Called by the pod's worker only.</summary>
/// <param name="ended">Told of an attempt before it is removed; null: nobody keeps them.</param>
/// <param name="lasting">For what nobody waits for when the pod is deleted: its images, its hooks.</param>
internal sealed class ContainerLaunch(PodServices services, PodEvents events, EndedContainers? ended, CancellationToken lasting)
{
    public static readonly TimeSpan RetryAfterError = TimeSpan.FromSeconds(10);

    private readonly RestartBackoff _backoff = new();
    private readonly Dictionary<string, WaitingReason> _waiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toldBackoff = new(StringComparer.Ordinal);

    /// <summary>Why containers that should run do not, by name.</summary>
    public IReadOnlyDictionary<string, WaitingReason> Waiting => _waiting;

    /// <summary>Whether it was begun, and how long it may take until something is to do. Why not is <see cref="Waiting"/> then, and in an Event.</summary>
    public async Task<(bool Started, TimeSpan Next)> StartAsync(
        PodView view, PodContainer container, IReadOnlyDictionary<string, MountedVolume> volumes, CancellationToken cancel)
    {
        ContainerStatus? latest = view.Latest(container.Name);
        if (latest is { State: ContainerState.Exited, FinishedAt: { } finished })
        {
            if (_backoff.Waiting(container.Name, finished, services.Time.GetUtcNow()) is { } backoff)
                return (false, BackOff(view.Pod, container, latest, backoff.Delay, backoff.Left));
            _backoff.Restarted(container.Name, finished, services.Time.GetUtcNow());
        }
        ImageOutcome image = await ImageAsync(view.Pod, container);
        if (image.Failure is { } absent)
        {
            _waiting[container.Name] = absent;
            return (false, image.Retry);
        }
        var starter = new ContainerStarter(services, view.Pod, events);
        StartedContainer begun = await InTurnAsync(() => starter.StartAsync(view, container, image.Image, volumes, cancel));
        WaitingReason? failed = begun.Failure ?? await starter.RunPostStartAsync(view.Sandbox!, container, begun.Id, lasting);
        if (failed is { } reason)
        {
            _waiting[container.Name] = reason;
            return (false, RetryAfterError);
        }
        _waiting.Remove(container.Name);
        await CollectGarbageAsync(view, container, cancel);
        return (true, services.Resync);
    }

    /// <summary>As many containers at once as the machine can begin. A pull or a hook is not in it: it takes minutes, and a hook may wait for a container that has no turn yet.</summary>
    private async Task<T> InTurnAsync<T>(Func<Task<T>> start)
    {
        await services.StartGate.WaitAsync(lasting);
        try
        {
            return await start();
        }
        finally
        {
            services.StartGate.Release();
        }
    }

    private async Task<ImageOutcome> ImageAsync(V1Pod pod, PodContainer container) =>
        services.Images is { } images
            ? await images.EnsureAsync(pod, container, await PullSecrets.OfAsync(pod, services.Objects, lasting), events, lasting)
            : default;

    private TimeSpan BackOff(V1Pod pod, PodContainer container, ContainerStatus latest, TimeSpan delay, TimeSpan left)
    {
        string where = $"{pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})";
        _waiting[container.Name] = new WaitingReason(
            WaitingReason.CrashLoopBackOff,
            $"back-off {GoDuration(delay)} restarting failed container={container.Name} pod={where}");
        if (_toldBackoff.Add(latest.Id))
            events.Warning(container, "BackOff", $"Back-off restarting failed container {container.Name} in pod {where}");
        return left;
    }

    /// <summary>10s, 1m20s: as Go writes a duration of whole seconds.</summary>
    private static string GoDuration(TimeSpan time) =>
        time.TotalSeconds < 60 ? $"{time.TotalSeconds:0}s" : $"{(int)time.TotalMinutes}m{time.Seconds}s";

    /// <summary>Of each container the attempt that runs and the one before are kept, with their logs.</summary>
    private async Task CollectGarbageAsync(PodView view, PodContainer container, CancellationToken cancel)
    {
        foreach (ContainerStatus old in view.Attempts(container.Name).Skip(1).ToList())
        {
            if (ended is not null)
                await ended.TellAsync(view.Pod, [old], cancel);
            await services.Runtime.RemoveContainerAsync(old.Id, cancel);
            services.Paths.RemoveAttempt(old.PodUid, old.Name, old.Attempt);
            _toldBackoff.Remove(old.Id);
        }
    }
}
