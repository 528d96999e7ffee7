// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pelago.Client;
using Pelago.Packages.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Controllers;

public sealed class ClusterPulseTests(InstallationBed bed) : IClassFixture<InstallationBed>
{
    private readonly FakeTimeProvider _time = new();
    private readonly Channel<string> _turned = Channel.CreateUnbounded<string>();
    private readonly Channel<int> _seen = Channel.CreateUnbounded<int>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_that_goes_comes_back_or_is_added_is_told_of_once_each()
    {
        MortalApi home = new(bed.Api, "home"), east = new(bed.Api, "east"), late = new(bed.Api, "late");
        List<IKubeApi> others = [east];
        var clusters = new InstallationClusters(home, () => others.ToArray());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var pulse = new ClusterPulse(clusters, () => new HashSet<string> { "home", "east", "late" }, name => _turned.Writer.TryWrite(name), _time, NullLogger.Instance);
        Task running = pulse.RunAsync(apis => _seen.Writer.TryWrite(apis.Count), stop.Token);

        await BeatAsync();
        east.IsDown = true;
        await BeatAsync();
        string gone = Told();
        east.IsDown = false;
        await BeatAsync();
        string back = Told();
        others.Add(late);
        await BeatAsync();
        string added = Told();
        await BeatAsync();
        await stop.CancelAsync();
        await running;

        Assert.Equal(["east", "east", "late", ""], [gone, back, added, Told()]);
    }

    [Fact]
    public async Task A_cluster_of_which_nobody_knows_why_it_cannot_be_asked_is_away_and_keeps_nobody_from_the_others()
    {
        MortalApi home = new(bed.Api, "home"), east = new(bed.Api, "east"), west = new(bed.Api, "west");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var pulse = new ClusterPulse(new InstallationClusters(home, () => [east, west]), () => new HashSet<string> { "east", "west" }, name => _turned.Writer.TryWrite(name), _time, NullLogger.Instance);
        Task running = pulse.RunAsync(apis => _seen.Writer.TryWrite(apis.Count), stop.Token);

        await BeatAsync();
        east.Fault = new InvalidOperationException("its certificate is no certificate");
        await BeatAsync();
        string gone = Told();
        west.IsDown = true;
        await BeatAsync();
        string other = Told();
        east.Fault = null;
        await BeatAsync();
        string back = Told();
        await stop.CancelAsync();
        await running;

        Assert.Equal(["east", "west", "east", ""], [gone, other, back, Told()]);
    }

    [Fact]
    public async Task A_round_that_fails_is_not_the_last()
    {
        int rounds = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var tried = Channel.CreateUnbounded<bool>();
        var pulse = new ClusterPulse(
            new InstallationClusters(new MortalApi(bed.Api, "home"), () => []),
            () => tried.Writer.TryWrite(true) && Interlocked.Increment(ref rounds) == 1 ? throw new InvalidOperationException("no list") : new HashSet<string> { "home" }, _ => { }, _time, NullLogger.Instance);
        Task running = pulse.RunAsync(apis => _seen.Writer.TryWrite(apis.Count), stop.Token);

        _time.Advance(TimeSpan.FromSeconds(2));
        await tried.Reader.ReadAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(2));
        int seen = await _seen.Reader.ReadAsync(Cancel);
        await stop.CancelAsync();
        await running;

        Assert.Equal(1, seen);
    }

    /// <summary>Until what is now has been asked: a beat begins when the one before is over.</summary>
    private async Task BeatAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await _seen.Reader.ReadAsync(Cancel);
        }
    }

    private string Told() => _turned.Reader.TryRead(out string? name) ? name : "";
}
