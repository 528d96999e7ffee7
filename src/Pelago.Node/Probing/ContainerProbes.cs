// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.Node.Probing;

/// <summary>
/// The probes of one running container: startup first, then readiness and liveness beside each other, each with its own period and thresholds
/// (kubernetes pkg/kubelet/prober/worker.go). Verdicts are read by the pod's worker, which is woken when one changes.
/// </summary>
internal sealed class ContainerProbes : IAsyncDisposable
{
    private readonly ProbeTarget _target;
    private readonly V1Container _container;
    private readonly DateTimeOffset _startedAt;
    private readonly DateTimeOffset _since;
    private readonly double _head;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly Action<string> _unhealthy;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _life;
    private readonly Task _running;

    /// <param name="wasStarted">An earlier daemon saw the startup probe succeed.</param>
    /// <param name="wasReady">An earlier daemon saw the container ready: it stays so until a probe says otherwise.</param>
    /// <param name="head">Which part of its period each probe waits at first: the containers that an agent finds running are not asked all at once.</param>
    /// <param name="changed">Called when a verdict changes.</param>
    /// <param name="unhealthy">Called with the text of an Unhealthy event.</param>
    public ContainerProbes(
        V1Container container, ProbeTarget target, DateTimeOffset startedAt, bool wasStarted, bool wasReady, double head, TimeProvider time, Action changed, Action<string> unhealthy)
    {
        _container = container;
        _target = target;
        _startedAt = startedAt;
        _head = head;
        _time = time;
        _since = time.GetUtcNow();
        _changed = changed;
        _unhealthy = unhealthy;
        IsStarted = container.StartupProbe is null || wasStarted;
        IsReady = container.ReadinessProbe is null || wasReady;
        _life = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _running = RunAsync(_stop.Token);
    }

    public bool IsStarted { get; private set; }
    public bool IsReady { get; private set; }
    public bool StartupFailed { get; private set; }
    public bool LivenessFailed { get; private set; }

    /// <summary>The container is to end: from now on only its readiness is asked for, which who sends it requests still wants to know.</summary>
    public void EndLife() => _life.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _life.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        if (!IsStarted && !await RunStartupAsync(_container.StartupProbe, _life.Token))
            return;
        await Task.WhenAll(RunReadinessAsync(cancel), RunLivenessAsync(_life.Token));
    }

    private async Task<bool> RunStartupAsync(V1Probe probe, CancellationToken cancel)
    {
        await foreach (bool healthy in VerdictsAsync(probe, "Startup", cancel))
        {
            IsStarted = healthy;
            StartupFailed = !healthy;
            _changed();
            return healthy;
        }
        return false;
    }

    private async Task RunReadinessAsync(CancellationToken cancel)
    {
        if (_container.ReadinessProbe is not { } probe)
            return;
        await foreach (bool healthy in VerdictsAsync(probe, "Readiness", cancel))
        {
            if (IsReady == healthy)
                continue;
            IsReady = healthy;
            _changed();
        }
    }

    private async Task RunLivenessAsync(CancellationToken cancel)
    {
        if (_container.LivenessProbe is not { } probe)
            return;
        await foreach (bool healthy in VerdictsAsync(probe, "Liveness", cancel))
        {
            if (healthy)
                continue;
            LivenessFailed = true;
            _changed();
            return;
        }
    }

    /// <summary>
    /// Probes for ever, each time a period after the last one began, and not sooner than when that has ended; gives a verdict each time a threshold of
    /// equal results is reached.
    /// </summary>
    private async IAsyncEnumerable<bool> VerdictsAsync(V1Probe probe, string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        int successes = probe.SuccessThreshold is > 0 and { } wanted ? wanted : 1;
        int failures = probe.FailureThreshold is > 0 and { } allowed ? allowed : 3;
        TimeSpan period = Seconds(probe.PeriodSeconds is > 0 and { } given ? given : 10);
        DateTimeOffset first = _startedAt + Seconds(probe.InitialDelaySeconds ?? 0), spread = _since + (period * _head);
        TimeSpan delay = (first > spread ? first : spread) - _time.GetUtcNow();
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, _time, cancel);
        using var ticks = new PeriodicTimer(period, _time);
        int run = 0;
        ProbeResult last = ProbeResult.Error;
        while (true)
        {
            ProbeOutcome outcome = await Prober.RunAsync(probe, _target, _time, cancel);
            if (outcome.Result != ProbeResult.Success)
                _unhealthy($"{name} probe {(outcome.Result == ProbeResult.Error ? "errored" : "failed")}: {outcome.Output}");
            if (outcome.Result != ProbeResult.Error)
            {
                run = outcome.Result == last ? run + 1 : 1;
                last = outcome.Result;
                if (run >= (last == ProbeResult.Success ? successes : failures))
                    yield return last == ProbeResult.Success;
            }
            await ticks.WaitForNextTickAsync(cancel);
        }
    }

    /// <summary>No longer than a timer can be set to; in a month and a half nobody looks at such a probe.</summary>
    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(Math.Min(seconds, LongestTimer.Seconds));
}
