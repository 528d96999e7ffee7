// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Client;
using Pelago.Engine.Tests.Scheduling;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;
using MemoryCluster = Pelago.TestKit.Client.MemoryCluster;

namespace Pelago.Engine.Tests.Controllers;

/// <summary>Nobody leads beyond the moment from which another may: on a clock that only the tests move, against an API that answers late or never.</summary>
public sealed class LostLeadershipTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TaskCompletionSource<CancellationToken> _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryCluster _cluster;
    private readonly CutApi _api;
    private readonly long _start;
    private Task _running = Task.CompletedTask;

    public LostLeadershipTests()
    {
        _cluster = new MemoryCluster(_time);
        _api = new CutApi(_cluster);
        _start = _time.GetTimestamp();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TimeSpan Elapsed => _time.GetElapsedTime(_start);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await AdvanceUntilAsync(() => _running.IsCompleted);
        _stop.Dispose();
    }

    [Fact]
    public async Task Who_gets_no_answer_leads_until_the_deadline_and_no_longer()
    {
        CancellationToken lead = await LeadAsync();

        _api.IsCut = true;
        _time.Advance(2 * Second);
        await Eventually.TrueAsync(() => _api.Waiting == 1, Token);
        _time.Advance(7.9 * Second);
        Assert.False(lead.IsCancellationRequested);
        _time.Advance(0.1 * Second);

        Assert.True(await Eventually.TrueAsync(() => lead.IsCancellationRequested, Token));
    }

    [Fact]
    public async Task Who_learns_late_that_the_lease_is_theirs_leads_only_as_long_as_others_leave_it()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _api.WritesAnswered = answered.Task;
        Start();
        await Eventually.TrueAsync(() => _api.Waiting == 1, Token);
        _time.Advance(9 * Second);
        _api.IsCut = true;
        answered.SetResult();

        CancellationToken lead = await _leads.Task.WaitAsync(Token);
        await Eventually.TrueAsync(() => _api.Waiting == 1, Token);
        Assert.False(lead.IsCancellationRequested);
        _time.Advance(Second);

        Assert.True(await Eventually.TrueAsync(() => lead.IsCancellationRequested, Token));
    }

    [Fact]
    public async Task Who_learns_beyond_the_deadline_that_the_lease_is_theirs_asks_again_before_they_lead()
    {
        _api.WritesAnswered = new TaskCompletionSource().Task;
        Start();
        await Eventually.TrueAsync(() => _api.Waiting == 1, Token);
        _api.WritesAnswered = null;

        await AdvanceUntilAsync(() => _leads.Task.IsCompleted);

        Assert.True(Elapsed >= 12 * Second, $"leads after {Elapsed}");
    }

    [Fact]
    public async Task Who_finds_another_holder_leads_no_more_at_once()
    {
        CancellationToken lead = await LeadAsync();

        _cluster.Put(Leases, """{"metadata":{"name":"work","namespace":"default"},"spec":{"holderIdentity":"other","leaseDurationSeconds":15} }""");
        _time.Advance(2 * Second);

        Assert.True(await Eventually.TrueAsync(() => lead.IsCancellationRequested, Token));
        await AdvanceUntilAsync(() => _running.IsCompleted);
        Assert.Equal("other", _cluster.Find(Leases, "default", "work")!.Value.Spec!.String("holderIdentity"));
    }

    /// <summary>Up to the pause before the first renewal: what is in memory answers at once.</summary>
    private async Task<CancellationToken> LeadAsync()
    {
        Start();
        return await _leads.Task.WaitAsync(Token);
    }

    private void Start()
    {
        var elector = new LeaderElector(
            _api,
            new LeaderElectionOptions
            {
                Namespace = "default", LeaseName = "work", Identity = "me", LeaseDuration = 15 * Second, RenewDeadline = 10 * Second, RetryPeriod = 2 * Second,
            },
            _time);
        _running = elector.RunAsync(
            async lead =>
            {
                _leads.TrySetResult(lead);
                await Task.Delay(Timeout.InfiniteTimeSpan, lead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // until it is lost
            },
            _stop.Token);
    }

    /// <summary>Moves time in small steps, where the moment from which the elector waits is one that a test cannot know.</summary>
    private Task AdvanceUntilAsync(Func<bool> happened) => Eventually.TrueAsync(
        () =>
        {
            if (happened())
                return true;
            _time.Advance(0.1 * Second);
            return false;
        },
        Token);
}
