// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pelago.Node.Pods;
using Pelago.Node.Variables;
using Pelago.Node.Volumes;
using Xunit;

namespace Pelago.Node.Tests.Pods;

public sealed class VolumeLooksTests
{
    private static readonly V1Pod Pod = new();
    private readonly FakeTimeProvider _time = new();
    private readonly LookedAt _volumes = new();
    private readonly VolumeLooks _looks;
    private int _wakes;

    public VolumeLooksTests()
    {
        var services = new PodServices
        {
            Volumes = _volumes, Time = _time, Options = null!, Api = null!, Runtime = null!, Status = null!, Events = null!, Objects = null!, Paths = null!, Resolver = null!,
            ServicesNow = () => [], Allocatable = null!, Admission = null!, StartGate = null!, Log = NullLogger.Instance,
        };
        _looks = new VolumeLooks(services, () => Interlocked.Increment(ref _wakes), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_step_does_not_wait_for_a_look_and_is_woken_by_what_it_finds()
    {
        Assert.Null(await _looks.OverAsync(Pod));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await _looks.OverAsync(Pod));
        TaskCompletionSource<string?> look = Assert.Single(_volumes.Begun);

        look.SetResult("full");

        Assert.Equal(1, _wakes);
        Assert.Equal("full", await _looks.OverAsync(Pod));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("full", await _looks.OverAsync(Pod));
        Assert.Single(_volumes.Begun);
    }

    [Fact]
    public async Task The_pause_is_from_the_end_of_a_look()
    {
        await _looks.OverAsync(Pod);
        _time.Advance(TimeSpan.FromMinutes(1));
        _volumes.Begun[0].SetResult(null);

        _time.Advance(TimeSpan.FromSeconds(30));
        await _looks.OverAsync(Pod);
        Assert.Single(_volumes.Begun);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _looks.OverAsync(Pod);

        Assert.Equal((2, 0), (_volumes.Begun.Count, _wakes));
    }

    [Fact]
    public async Task What_a_look_failed_for_is_told_once_by_the_next_that_begins()
    {
        await _looks.OverAsync(Pod);
        _volumes.Begun[0].SetException(new IOException("broken"));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(async () => await _looks.OverAsync(Pod))).Message);
        Assert.Null(await _looks.OverAsync(Pod));
        Assert.Equal(2, _volumes.Begun.Count);
    }

    private sealed class LookedAt : IPodVolumes
    {
        public List<TaskCompletionSource<string?>> Begun { get; } = [];

        public Task<string?> OverLimitAsync(V1Pod pod, CancellationToken cancel)
        {
            Begun.Add(new TaskCompletionSource<string?>());
            return Begun[^1].Task;
        }

        public Task<IReadOnlyDictionary<string, MountedVolume>> MountAsync(V1Pod pod, PodFields fields, Action<string> outdated, CancellationToken cancel) =>
            throw new NotSupportedException();

        public void Remove(string podUid) => throw new NotSupportedException();
    }
}
