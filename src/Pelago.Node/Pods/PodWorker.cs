// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging;
using Pelago.Node.Objects;

namespace Pelago.Node.Pods;

/// <summary>
/// The life of one pod on this node: one loop that looks at what is wanted and what is, does one step, writes the status, and sleeps until something
/// changes. Everything in here happens on that loop; Update and Wake only leave word.
/// </summary>
internal sealed partial class PodWorker
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);
    private readonly PodServices _services;
    private readonly WakeSignal _wake = new();
    private readonly PodEvents _events;
    private readonly PodSync _sync;

    /// <summary>Until the pod begins to end, or the node: then nobody waits any longer for its image or its hooks.</summary>
    private readonly CancellationTokenSource _lasting = new();
    private int _heldFor = -1;
    private volatile V1Pod _pod;
    private volatile bool _removed;

    public PodWorker(V1Pod pod, PodServices services)
    {
        _pod = pod;
        _services = services;
        _events = new PodEvents(services.Events, pod, services.TellsNormalEvents);
        _sync = new PodSync(services, pod, _events, Wake, _lasting.Token);
    }

    public string Uid => _pod.Metadata.Uid;

    public V1Pod Pod => _pod;

    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start(CancellationToken cancel) => Completion =
        Task.Factory.StartNew(() => RunAsync(cancel), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _services.Scheduler).Unwrap();

    /// <summary>The pod has changed at the API server. A status that was written from here is no news: there is no step because of it.</summary>
    public void Update(V1Pod pod)
    {
        V1Pod before = _pod;
        _pod = pod;
        if (pod.Metadata.DeletionTimestamp is not null)
            Hurry();
        // A write of the status may carry another's change with it: the watch tells of both at once when it had to begin anew.
        if (PodChange.IsNews(before, pod) || !_services.Status.IsOwnWrite(pod, Wake))
            Wake();
    }

    /// <summary>The pod is gone from the API server; what is left of it here must go too.</summary>
    public void Remove(V1Pod last)
    {
        _pod = last;
        _removed = true;
        Hurry();
        Wake();
    }

    /// <summary>Something that the pod depends on has changed.</summary>
    public void Wake() => _wake.Set();

    private void Hurry()
    {
        _ = _lasting.CancelAsync();
        _sync.LimitKills(PodGrace.Of(_pod, _removed));
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        int failures = 0;
        using CancellationTokenRegistration stopping = cancel.UnsafeRegister(static lasting => ((CancellationTokenSource)lasting!).Cancel(), _lasting);
        try
        {
            Hold(_pod);
            while (!cancel.IsCancellationRequested)
            {
                TimeSpan? next;
                _wake.Reset();
                try
                {
                    next = await StepAsync(cancel);
                    failures = 0;
                    if (next is null)
                        return;
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !cancel.IsCancellationRequested)
                {
                    Log.SyncFailed(_services.Log, _pod.Metadata.NamespaceProperty, _pod.Metadata.Name, fault);
                    TimeSpan pause = FirstRetry * (1 << Math.Min(failures++, 10));
                    next = pause < LastRetry ? pause : LastRetry;
                }
                await SleepAsync(next.Value, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The daemon ends; the pod goes on.
        }
        finally
        {
            await _sync.DisposeAsync();
        }
    }

    /// <summary>How long until the next step at the latest; null when nothing of the pod is left.</summary>
    private async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        V1Pod pod = _pod;
        if (_removed || pod.Metadata.DeletionTimestamp is not null)
            return await TerminateAsync(cancel);
        try
        {
            Hold(pod);
            return await _sync.RunAsync(pod, cancel);
        }
        catch (Exception) when (_lasting.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return TimeSpan.Zero; // its last steps are next
        }
    }

    /// <summary>Of what a pod refers to only that of its ephemeral containers comes later.</summary>
    private void Hold(V1Pod pod)
    {
        int ephemeral = pod.Spec.EphemeralContainers?.Count ?? 0;
        if (ephemeral == _heldFor)
            return;
        _services.Objects.Hold(Uid, PodReferences.Of(pod));
        _heldFor = ephemeral;
    }

    /// <summary>Ends the pod; starts over with less grace when it is asked for meanwhile.</summary>
    private async Task<TimeSpan?> TerminateAsync(CancellationToken cancel)
    {
        while (true)
        {
            V1Pod pod = _pod;
            bool removed = _removed;
            TimeSpan grace = PodGrace.Of(pod, removed);
            using var hurry = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            Task<TimeSpan?> ending = _sync.TerminateAsync(pod, removed, grace, hurry.Token);
            while (!ending.IsCompleted && PodGrace.Of(_pod, _removed) >= grace)
            {
                await Task.WhenAny(ending, _wake.Task);
                _wake.Reset();
            }
            if (ending.IsCompleted)
            {
                // What was told meanwhile was only looked at for its grace: it has its own step, at once.
                TimeSpan? next = await ending;
                return next is not null && (_removed != removed || !ReferenceEquals(_pod, pod)) ? TimeSpan.Zero : next;
            }
            await hurry.CancelAsync();
            await ((Task)ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SleepAsync(TimeSpan time, CancellationToken cancel)
    {
        if (time <= TimeSpan.Zero)
            return;
        using ITimer timer = _services.Time.CreateTimer(static worker => ((PodWorker)worker!).Wake(), this, time, Timeout.InfiniteTimeSpan);
        await _wake.Task.WaitAsync(cancel);
    }

    private static partial class Log
    {
        [LoggerMessage(4110, LogLevel.Warning, "A step of pod {Namespace}/{Name} failed and is tried again")]
        public static partial void SyncFailed(ILogger log, string @namespace, string name, Exception fault);
    }
}
