// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;
using Pelago.Node.Variables;
using Pelago.Node.Volumes;

namespace Pelago.Node.Pods;

/// <summary>One step of one pod towards what is wanted (kubernetes pkg/kubelet SyncPod and SyncTerminatingPod). Called by the pod's worker only.</summary>
internal sealed class PodSync : IAsyncDisposable
{
    private const int MaxPlans = 20;
    private const string Evicted = "Evicted";

    private readonly PodServices _services;
    private readonly PodEvents _events;
    private readonly PodProbes _probes;
    private readonly WakeSignal _verdicts = new();
    private readonly StepKills _kills = new();
    private readonly AssignedPortsWriter _ports;
    private readonly EndedContainers? _ended;
    private readonly ContainerLaunch _launch;
    private readonly PortConflicts _conflicts;
    private readonly VolumeLooks _volumes;
    private readonly CancellationToken _lasting;
    private PodVerdict? _verdict;
    private bool _admitted;
    private bool _deleted;

    /// <param name="lasting">For what nobody waits for when the pod is deleted: its volumes, its images, its hooks.</param>
    public PodSync(PodServices services, V1Pod pod, PodEvents events, Action wake, CancellationToken lasting)
    {
        _services = services;
        _lasting = lasting;
        _events = events;
        _probes = new PodProbes(
            services.Runtime, services.HostAddress, services.Time, () => TellVerdict(wake),
            (container, text) => events.Warning(container, "Unhealthy", text));
        _ports = new AssignedPortsWriter(services);
        _ended = services.Options.Runs is { } recorder ? new EndedContainers(recorder, services.Options.Name) : null;
        _launch = new ContainerLaunch(services, events, _ended, lasting);
        _conflicts = new PortConflicts(services, events, _ports);
        _volumes = new VolumeLooks(services, wake, lasting);
        _admitted = pod.Status?.ContainerStatuses is { Count: > 0 };
        if (_admitted && !PodPhase.IsTerminal(pod.Status!.Phase))
            services.Admission.Keep(pod);
    }

    private TimeSpan Idle => _services.Resync;

    private DateTimeOffset Now => _services.Time.GetUtcNow();

    /// <summary>For a pod that should run. How long until the next step at the latest.</summary>
    public async Task<TimeSpan?> RunAsync(V1Pod watched, CancellationToken cancel)
    {
        V1Pod pod = Newest(watched);
        bool isOver = PodPhase.IsTerminal(pod.Status?.Phase);
        if (!isOver)
            _verdict ??= await JudgeAsync(pod, cancel);
        if (_verdict is not null || isOver)
            return await EndAsync(pod, cancel);
        PodView view = await ViewAsync(pod, cancel);
        if (view.Containers.Count > 0 && !view.Containers.Any(item => item.State == ContainerState.Exited))
            return await BringUpAsync(pod, view, cancel);
        // What has ended is not ready while its image is pulled again. Without their probes the others would count as ready.
        if (view.Containers.Count > 0)
            await _probes.FollowAsync(view, isTerminating: false);
        V1PodStatus waiting = StatusOf(view, isTerminating: false, isOver: false);
        int before = _services.Status.Sets(pod.Metadata.Uid);
        Task<TimeSpan?> bringUp = BringUpAsync(pod, view, cancel);
        // What is over before anybody could have looked is not told: of thousands of pods it would be half of all writes.
        if (!bringUp.IsCompleted && !PodPhase.IsTerminal(waiting.Phase))
            _services.Status.SetAfter(before, pod, waiting);
        return await bringUp;
    }

    private async Task<TimeSpan?> BringUpAsync(V1Pod pod, PodView view, CancellationToken cancel)
    {
        IReadOnlyDictionary<string, MountedVolume>? volumes = await MountAsync(pod, _lasting);
        if (volumes is null)
        {
            Publish(view, isTerminating: false, isOver: false);
            return ContainerLaunch.RetryAfterError;
        }
        TimeSpan next = Idle;
        bool isOver = false;
        for (int i = 0; i < MaxPlans; i++)
        {
            await _probes.FollowAsync(view, isTerminating: false);
            next = Sooner(next, await _ports.WriteAsync(view, cancel));
            PodPlan plan = new PodPlanner(view, _probes.Verdicts()).Plan();
            isOver = plan is { KillPod: true, CreateSandbox: false };
            (bool acted, TimeSpan wait) = await CarryOutAsync(view, plan, volumes, cancel);
            next = wait < next ? wait : next;
            if (!acted)
                break;
            view = await ViewAsync(pod, cancel);
        }
        V1PodStatus status = Publish(view, isTerminating: false, isOver);
        await TellEndedAsync(pod, view.Containers, cancel);
        await _conflicts.TellAsync(view, cancel);
        return Sooner(next, UntilDeadline(pod with { Status = status }));
    }

    /// <summary>For a pod that is deleted, or already gone from the API server. Null when nothing is left of it.</summary>
    public async Task<TimeSpan?> TerminateAsync(V1Pod watched, bool isRemoved, TimeSpan grace, CancellationToken cancel)
    {
        V1Pod pod = Newest(watched);
        PodView view = await ViewAsync(pod, cancel);
        await _probes.FollowAsync(view, isTerminating: true);
        if (view.Running.Any())
        {
            Task kill = new PodKiller(_services, _events).KillAllAsync(view, grace, cancel);
            // Who ends may still say that it is ready no longer, and who sends it requests must know.
            while (!kill.IsCompleted)
            {
                _verdicts.Reset();
                Publish(view, isTerminating: true, isOver: false);
                await Task.WhenAny(kill, _verdicts.Task);
            }
            await kill;
            view = await ViewAsync(pod, cancel);
            await _probes.FollowAsync(view, isTerminating: true);
        }
        foreach (PodSandboxStatus sandbox in view.Sandboxes)
            await _services.Runtime.StopPodSandboxAsync(sandbox.Id, cancel);
        _services.Volumes.Remove(pod.Metadata.Uid);
        await TellEndedAsync(pod, view.Containers, cancel);
        if (!isRemoved)
        {
            if (_services.TellsLastStatus || IsWaitedFor(pod))
            {
                Publish(view, isTerminating: true, isOver: true);
                await _services.Status.FlushAsync(pod.Metadata.Uid, cancel);
            }
            await DeleteAsync(pod, cancel);
            return Idle;
        }
        foreach (PodSandboxStatus sandbox in view.Sandboxes)
            await _services.Runtime.RemovePodSandboxAsync(sandbox.Id, cancel);
        _services.Paths.RemovePod(pod.Metadata.Uid);
        _services.Objects.Hold(pod.Metadata.Uid, new HashSet<Objects.ObjectName>());
        _services.Status.Forget(pod.Metadata.Uid);
        _services.Admission.Release(pod.Metadata.Uid);
        _services.Images?.Forget(pod.Metadata.Uid);
        return null;
    }

    public ValueTask DisposeAsync() => _probes.DisposeAsync();

    /// <summary>The pod is deleted with this grace: what is killed now gets no more. May be called from anywhere.</summary>
    public void LimitKills(TimeSpan grace) => _kills.Limit(grace);

    /// <summary>Whether somebody reads how the pod ended: who holds it with a finalizer, or gave it work to do.</summary>
    private static bool IsWaitedFor(V1Pod pod) => pod.Metadata.Finalizers is { Count: > 0 } || pod.Spec.RestartPolicy is "Never" or "OnFailure";

    private void TellVerdict(Action wake)
    {
        _verdicts.Set();
        wake();
    }

    private V1Pod Newest(V1Pod watched) => watched with { Status = _services.Status.Known(watched) };

    private static TimeSpan Sooner(TimeSpan one, TimeSpan? other) => other is { } time && time < one ? time : one;

    /// <summary>Whether the node must end the pod of its own: it cannot run here, or its time is up.</summary>
    private async ValueTask<PodVerdict?> JudgeAsync(V1Pod pod, CancellationToken cancel)
    {
        if (!_admitted)
        {
            PodVerdict? verdict = await _services.Admission.AdmitAsync(pod, cancel);
            _admitted = true;
            if (verdict is { } refused)
            {
                _events.Warning(refused.Reason, refused.Message);
                return refused;
            }
        }
        if (UntilDeadline(pod) is { } left && left <= TimeSpan.Zero)
        {
            _events.Normal("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
            return new PodVerdict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        }
        if (await _volumes.OverAsync(pod) is not { } over)
            return null;
        _events.Warning(Evicted, over);
        return new PodVerdict(Evicted, over);
    }

    private TimeSpan? UntilDeadline(V1Pod pod) =>
        pod.Spec.ActiveDeadlineSeconds is { } seconds && pod.Status?.StartTime is { } start && !PodPhase.IsTerminal(pod.Status.Phase)
            ? new DateTimeOffset(start, TimeSpan.Zero).Plus(seconds) - Now
            : null;

    private async Task<TimeSpan?> EndAsync(V1Pod pod, CancellationToken cancel)
    {
        PodView view = await ViewAsync(pod, cancel);
        await _probes.FollowAsync(view, isTerminating: true);
        if (view.Running.Any())
        {
            TimeSpan grace = PodGrace.Of(pod, isRemoved: false);
            await _kills.RunAsync(grace, stop => new PodKiller(_services, _events).KillAllAsync(view, grace, stop), cancel);
            view = await ViewAsync(pod, cancel);
            await _probes.FollowAsync(view, isTerminating: true);
        }
        foreach (PodSandboxStatus sandbox in view.Sandboxes)
            await _services.Runtime.StopPodSandboxAsync(sandbox.Id, cancel);
        Publish(view, isTerminating: true, isOver: true);
        await TellEndedAsync(pod, view.Containers, cancel);
        // What it was evicted for is freed now, and not when somebody deletes it; its logs are elsewhere.
        if ((_verdict?.Reason ?? pod.Status?.Reason) == Evicted)
            _services.Volumes.Remove(pod.Metadata.Uid);
        else if (pod.Spec.Volumes?.Any(volume => volume.EmptyDir?.Medium == "Memory") == true)
            _services.Volumes.ReleaseMemory(pod.Metadata.Uid);
        return TimeSpan.FromHours(1);
    }

    private Task<PodView> ViewAsync(V1Pod pod, CancellationToken cancel) => PodView.ReadAsync(pod, _services, cancel);

    /// <summary>Null when a volume cannot be had yet; an Event says which.</summary>
    private async Task<IReadOnlyDictionary<string, MountedVolume>?> MountAsync(V1Pod pod, CancellationToken cancel)
    {
        try
        {
            var fields = new PodFields(pod, pod.Status?.PodIP ?? "", _services.HostAddress, _services.Allocatable);
            return await _services.Volumes.MountAsync(pod, fields, text => _events.Warning("FailedMount", text), cancel);
        }
        catch (VolumeException fault)
        {
            _events.Warning("FailedMount", fault.Message);
            return null;
        }
    }

    /// <summary>Whether anything was done that the next plan must see, and how long it may take until something is to do.</summary>
    private async Task<(bool Acted, TimeSpan Next)> CarryOutAsync(
        PodView view, PodPlan plan, IReadOnlyDictionary<string, MountedVolume> volumes, CancellationToken cancel)
    {
        var killer = new PodKiller(_services, _events);
        TimeSpan grace = PodGrace.Of(view.Pod, isRemoved: false);
        if (plan.KillPod)
        {
            bool anyRunning = view.Running.Any();
            await _kills.RunAsync(grace, stop => killer.KillAllAsync(view, grace, stop), cancel);
            // A dead one, too: it still has its address.
            foreach (PodSandboxStatus sandbox in view.Sandboxes)
                await _services.Runtime.StopPodSandboxAsync(sandbox.Id, cancel);
            if (!plan.CreateSandbox)
                return (anyRunning, Idle);
            // What is known of earlier attempts at containers goes with their sandbox: only empty ones are forgotten.
            foreach (PodSandboxStatus old in view.Sandboxes.Skip(1).Where(old => !view.Containers.Any(item => item.SandboxId == old.Id)))
                await _services.Runtime.RemovePodSandboxAsync(old.Id, cancel);
        }
        if (plan.CreateSandbox)
            return await CreateSandboxAsync(view, plan, cancel);
        foreach (ContainerToKill item in plan.Kill)
        {
            TimeSpan within = item.Probe?.TerminationGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, LongestTimer.Seconds)) : grace;
            await _kills.RunAsync(within, stop => killer.KillAsync(view, item.Container, item.Status, within, item.Message, stop), cancel);
        }
        bool acted = plan.Kill.Count > 0;
        TimeSpan next = Idle;
        foreach (PodContainer container in plan.Start)
        {
            (bool started, TimeSpan wait) = await _launch.StartAsync(view, container, volumes, cancel);
            acted |= started;
            next = Sooner(next, wait);
        }
        return (acted, next);
    }

    private async Task<(bool Acted, TimeSpan Next)> CreateSandboxAsync(PodView view, PodPlan plan, CancellationToken cancel)
    {
        if (plan.SandboxAttempt > 0)
            _events.Normal("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        try
        {
            PodSandboxSpec spec = SandboxSpecs.Of(view.Pod, plan.SandboxAttempt, _services.Options.Name, _services.Resolver);
            await _services.Runtime.RunPodSandboxAsync(spec, cancel);
            string[] ignored = plan.SandboxAttempt == 0 && _services.Runtime.Features.Processes ? [.. IgnoredFields.Of(view.Pod, _services.Runtime.Features)] : [];
            if (ignored.Length > 0)
                _events.Warning("FieldsIgnored", $"this node does not heed {string.Join(", ", ignored)}");
            if (_services.Runtime.Features.NoHostPorts is { } why && !spec.HostNetwork && spec.Ports.Any(port => port.HostPort > 0))
                _events.Warning("HostPortIgnored", $"hostPort is not forwarded: {why}");
            if (spec.Sysctls.Count > 0 && _services.Runtime.Features is { Processes: true, Sysctls: false })
                _events.Warning("SysctlsIgnored", $"sysctls are not set: the {_services.Runtime.Name} runtime leaves the kernel's parameters as they are");
            return (true, Idle);
        }
        catch (RuntimeException fault)
        {
            _events.Warning("FailedCreatePodSandBox", $"Failed to create pod sandbox: {fault.Message}");
            return (false, ContainerLaunch.RetryAfterError);
        }
    }

    private V1PodStatus Publish(PodView view, bool isTerminating, bool isOver)
    {
        V1PodStatus status = StatusOf(view, isTerminating, isOver);
        if (PodPhase.IsTerminal(status.Phase))
            _services.Admission.Release(view.Pod.Metadata.Uid);
        _services.Status.Set(view.Pod, status);
        return status;
    }

    private V1PodStatus StatusOf(PodView view, bool isTerminating, bool isOver) => PodStatusBuilder.Build(view, new StatusInputs
    {
        Probes = _probes.Verdicts(), Waiting = _launch.Waiting, RuntimeName = _services.Runtime.Name, HostAddress = _services.HostAddress,
        Now = Now, IsTerminating = isTerminating, IsOver = isOver, Verdict = _verdict,
    });

    private Task TellEndedAsync(V1Pod pod, IReadOnlyList<ContainerStatus> containers, CancellationToken cancel) =>
        _ended?.TellAsync(pod, containers, cancel) ?? Task.CompletedTask;

    private async Task DeleteAsync(V1Pod pod, CancellationToken cancel)
    {
        if (_deleted)
            return;
        var path = new ResourcePath(StatusWriter.Pods, pod.Metadata.NamespaceProperty, pod.Metadata.Name);
        ApiResult result = await _services.Api.DeleteAsync(path, new DeleteQuery { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid }, cancel);
        if (result.Error is { IsNotFound: false, IsConflict: false } error)
            throw new IOException($"the pod could not be deleted at the API server: {error.Message}");
        _deleted = true;
    }
}
