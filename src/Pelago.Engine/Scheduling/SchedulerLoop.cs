// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>
/// The scheduler: gives pods without a node one. A single loop owns the state: it takes in what the cluster reports, places a batch of pods
/// one after the other, takes each as placed at once, and leaves the writing to workers. What they report comes back as input.
/// </summary>
internal sealed partial class SchedulerLoop
{
    private readonly SchedulerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Channel<Action<ClusterEvents>> _inputs = Channel.CreateUnbounded<Action<ClusterEvents>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ResourceNames _names = new();
    private readonly ClusterState _state;
    private readonly SchedulingQueue _queue;
    private readonly ClusterEvents _events;
    private readonly Placement _placement;
    private readonly Preemption _preemption;
    private readonly VolumeWaits _volumeWaits;
    private readonly PodWrites _writes;
    private readonly WriteQueue _writeQueue;
    private readonly EventRecorder _recorder;
    private readonly SchedulerInformers _informers;
    private Task? _waitingForInput;

    private SchedulerLoop(IKubeApi api, SchedulerOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _logger = loggers.CreateLogger<SchedulerLoop>();
        Random random = options.Seed is { } seed ? new Random(seed) : new Random();
        _state = new ClusterState(clock, options.PortCooldown);
        _queue = new SchedulingQueue(clock, options);
        _events = new ClusterEvents(_state, _queue, options);
        _placement = new Placement(_state, _names, random);
        _preemption = new Preemption(_state, _placement, random);
        _volumeWaits = new VolumeWaits(_state, clock, options.VolumeTimeout);
        var classes = new PodClasses(_names);
        var reads = new PatientReads(clock, _logger);
        _writes = new PodWrites(api, clock, reads, classes, options.SchedulerName);
        _writeQueue = new WriteQueue(options.BindConcurrency);
        _recorder = new EventRecorder(api, options.SchedulerName, "", clock, _logger);
        _informers = new SchedulerInformers(api, loggers, clock, reads, _names, classes, _inputs.Writer);
    }

    /// <summary>Schedules until cancelled; returns when everything it started has ended.</summary>
    public static async Task RunAsync(IKubeApi api, SchedulerOptions options, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancel)
    {
        var loop = new SchedulerLoop(api, options, loggers, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task recording = loop._recorder.RunAsync(stop.Token);
        Task writing = loop._writeQueue.RunAsync(stop.Token);
        try
        {
            await loop._informers.StartAsync(stop.Token);
            await loop.ScheduleAsync(stop.Token);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(recording, writing, loop._informers.StoppedAsync());
        }
    }

    private async Task ScheduleAsync(CancellationToken cancel)
    {
        Log.Started(_logger, _options.SchedulerName, _state.NodeCount);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            while (_inputs.Reader.TryRead(out Action<ClusterEvents>? input))
                input(_events);
            if (_state.EndPortRests())
                _queue.Wake(FailureKinds.Ports);
            await SettleVolumesAsync(cancel);
            List<QueuedPod> batch = _queue.Pop(_options.BatchSize);
            if (batch.Count == 0)
            {
                await WaitAsync(cancel);
                continue;
            }

            int placed = 0;
            foreach (QueuedPod queued in batch)
                placed += await PlaceAsync(queued, cancel) ? 1 : 0;
            if (placed > 0)
                _queue.Wake(FailureKinds.PodAffinity | FailureKinds.Spread);
        }
    }

    private async Task WaitAsync(CancellationToken cancel)
    {
        DateTimeOffset? next = _queue.NextWake;
        foreach (DateTimeOffset? other in (ReadOnlySpan<DateTimeOffset?>)[_volumeWaits.NextTimeout, _state.NextPortRestEnd])
        {
            if (other < next || next is null)
                next = other;
        }

        // One waiter at a time: a wait that the clock cut short goes on with the same task.
        Task input = _waitingForInput is { IsCompleted: false } ? _waitingForInput : _inputs.Reader.WaitToReadAsync(cancel).AsTask();
        _waitingForInput = input;
        if (next is null || input.IsCompleted)
        {
            await input;
            return;
        }

        TimeSpan delay = next.Value - _clock.GetUtcNow();
        if (delay <= TimeSpan.Zero)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(input, Task.Delay(delay, _clock, either.Token));
        await either.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>True when the pod got a node.</summary>
    private async Task<bool> PlaceAsync(QueuedPod queued, CancellationToken cancel)
    {
        PodView pod = queued.Pod;
        Decision decision = _placement.Decide(pod);
        if (decision.Node is not { } node)
        {
            await RefuseAsync(queued, decision.Failure!, cancel);
            return false;
        }

        // Chosen and taken here, between two decisions of the one loop: nobody else can be given the same ports.
        PodView placed = pod with { NodeName = node.Name, Ports = _placement.ChoosePorts(pod, node) };
        List<(ClaimView Claim, VolumeView? Volume)> choices = pod.Class.Claims.Length == 0 ? [] : _state.Volumes.Choices(pod.Class, node.View!);
        _state.SetPod(placed, node.Name);
        if (choices.Count == 0)
        {
            await _writeQueue.AddAsync(token => BindAsync(queued, placed, node.Name, token), cancel);
            return true;
        }

        _volumeWaits.Add(queued, node);
        await _writeQueue.AddAsync(token => ChooseVolumesAsync(queued, node.Name, choices, token), cancel);
        return true;
    }

    private async Task RefuseAsync(QueuedPod queued, Diagnosis diagnosis, CancellationToken cancel)
    {
        PodView pod = queued.Pod;
        (PreemptionPlan? plan, string why) = _preemption.Find(pod, diagnosis);
        string message = diagnosis.Message(why);
        string? nominated = plan?.Node.Name;
        bool isNews = message != pod.UnschedulableMessage || (nominated is not null && nominated != pod.NominatedNodeName);
        _queue.Park(queued, diagnosis.Kinds);
        _recorder.Warning(PodWrites.Reference(pod), "FailedScheduling", message);
        if (plan is not null)
        {
            Log.Preempting(_logger, pod.Key, plan.Node.Name, plan.Victims.Count);
            _state.Nominate(pod, plan.Node.Name);
        }

        if (!isNews && plan is null)
            return;
        await _writeQueue.AddAsync(
            async token =>
            {
                // First the claim to the place, then the deletions that make it free.
                if (isNews)
                    await ReportAsync(pod, message, nominated, token);
                if (plan is not null)
                    await EvictAsync(pod, plan, token);
            },
            cancel);
    }

    private async Task SettleVolumesAsync(CancellationToken cancel)
    {
        foreach ((QueuedPod queued, NodeState node, bool isReady) in _volumeWaits.TakeSettled())
        {
            if (isReady)
            {
                PodView pod = _state.Pods[queued.Pod.Uid].Pod;
                await _writeQueue.AddAsync(token => BindAsync(queued, pod, node.Name, token), cancel);
                continue;
            }

            Log.VolumesLate(_logger, queued.Pod.Key, node.Name);
            TakeBack(queued);
        }
    }

    private async Task BindAsync(QueuedPod queued, PodView pod, string nodeName, CancellationToken cancel)
    {
        ApiStatus? refused = await TryAsync(_writes.BindAsync(pod, nodeName, cancel));
        if (refused is null)
        {
            _recorder.Normal(PodWrites.Reference(pod), "Scheduled", $"Successfully assigned {pod.Key} to {nodeName}");
            _inputs.Writer.TryWrite(_ => _queue.Remove(pod.Uid));
            return;
        }

        // It may be bound all the same: the answer was lost, or another scheduler came first. Only a pod that has no node gives its ports back.
        PodLookUp found = await _writes.LookUpAsync(pod, cancel);
        if (found.Pod is { NodeName.Length: > 0 } bound)
        {
            Log.BoundAnyway(_logger, pod.Key, bound.NodeName, refused.Message);
            if (bound.NodeName == nodeName)
                _recorder.Normal(PodWrites.Reference(pod), "Scheduled", $"Successfully assigned {pod.Key} to {nodeName}");
            _inputs.Writer.TryWrite(events => Adopt(events, queued, bound));
            return;
        }

        if (!found.IsGone)
        {
            Log.BindFailed(_logger, pod.Key, nodeName, refused.Message);
            _recorder.Warning(PodWrites.Reference(pod), "FailedScheduling", $"binding rejected: {refused.Message}");
        }

        // What the server had begun when it gave no proper answer may come true yet, and where the pod may not be read nobody knows whether it did:
        // the ports rest as if they had been used.
        _inputs.Writer.TryWrite(_ => TakeBack(queued, portsRest: refused.Code >= 500 || found.Refused is not null));
    }

    /// <summary>A bound pod that nothing was reported of yet; what is reported later is newer.</summary>
    private void Adopt(ClusterEvents events, QueuedPod queued, PodView bound)
    {
        if (_queue.Find(bound.Uid) == queued)
            events.PodChanged(bound);
    }

    private async Task ChooseVolumesAsync(QueuedPod queued, string nodeName, List<(ClaimView Claim, VolumeView? Volume)> choices, CancellationToken cancel)
    {
        foreach ((ClaimView claim, VolumeView? volume) in choices)
        {
            ApiStatus? refused = volume is null ? null : await TryAsync(_writes.ReserveVolumeAsync(volume, claim, cancel));
            refused ??= await TryAsync(_writes.SelectNodeAsync(claim, nodeName, cancel));
            if (refused is null)
                continue;
            Log.VolumeFailed(_logger, claim.Key, nodeName, refused.Message);
            _inputs.Writer.TryWrite(_ => TakeBack(queued));
            return;
        }
    }

    private async Task EvictAsync(PodView pod, PreemptionPlan plan, CancellationToken cancel)
    {
        foreach (PodView victim in plan.Victims.Where(victim => !victim.IsDeleting))
        {
            if (await TryAsync(_writes.EvictAsync(victim, cancel)) is { } refused)
                Log.EvictionFailed(_logger, victim.Key, plan.Node.Name, refused.Message);
            else
                _recorder.Normal(PodWrites.Reference(victim), "Preempted", $"Preempted by pod {pod.Uid} on node {plan.Node.Name}");
        }
    }

    private async Task ReportAsync(PodView pod, string message, string? nominated, CancellationToken cancel)
    {
        // A conflict says that the pod changed meanwhile: the next attempt will report on it again.
        if (await TryAsync(_writes.ReportUnschedulableAsync(pod, message, nominated, cancel)) is { IsConflict: false, IsNotFound: false } refused)
            Log.ReportFailed(_logger, pod.Key, refused.Message);
    }

    /// <summary>The pod did not get the node that it was taken to have; it is tried again.</summary>
    private void TakeBack(QueuedPod queued, bool portsRest = false)
    {
        PodView pod = queued.Pod;

        // Bound after all, or gone: the informer knows better.
        if (_queue.Find(pod.Uid) != queued || !_state.RemovePod(pod.Uid, portsRest))
            return;
        _queue.Retry(queued);
        _queue.Wake(FailureKinds.AnyPodRule);
    }

    private static async Task<ApiStatus?> TryAsync(Task<ApiStatus?> write)
    {
        try
        {
            return await write;
        }
        catch (ClusterUnreachableException unreachable)
        {
            return ApiStatus.Unavailable(unreachable.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2500, LogLevel.Information, "scheduler {Name} started, {Nodes} nodes")]
        public static partial void Started(ILogger logger, string name, int nodes);

        [LoggerMessage(2501, LogLevel.Warning, "binding pod {Pod} to node {Node} failed, it is placed again: {Why}")]
        public static partial void BindFailed(ILogger logger, ObjectKey pod, string node, string why);

        [LoggerMessage(2502, LogLevel.Information, "pod {Pod} preempts {Victims} pods on node {Node}")]
        public static partial void Preempting(ILogger logger, ObjectKey pod, string node, int victims);

        [LoggerMessage(2503, LogLevel.Warning, "victim {Pod} on node {Node} could not be deleted: {Why}")]
        public static partial void EvictionFailed(ILogger logger, ObjectKey pod, string node, string why);

        [LoggerMessage(2504, LogLevel.Warning, "the condition of pod {Pod} could not be written: {Why}")]
        public static partial void ReportFailed(ILogger logger, ObjectKey pod, string why);

        [LoggerMessage(2505, LogLevel.Warning, "a volume for claim {Claim} on node {Node} could not be chosen: {Why}")]
        public static partial void VolumeFailed(ILogger logger, ObjectKey claim, string node, string why);

        [LoggerMessage(2506, LogLevel.Warning, "the volumes of pod {Pod} were not bound in time on node {Node}, it is placed again")]
        public static partial void VolumesLate(ILogger logger, ObjectKey pod, string node);

        [LoggerMessage(2507, LogLevel.Information, "pod {Pod} is on node {Node}, though the answer to its binding was: {Why}")]
        public static partial void BoundAnyway(ILogger logger, ObjectKey pod, string node, string why);
    }
}
