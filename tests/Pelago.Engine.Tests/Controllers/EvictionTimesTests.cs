// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class EvictionTimesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly V1Taint ByHand = new() { Key = "maintenance", Value = "yes", Effect = "NoExecute" };
    private readonly FakeTimeProvider _time = new(Start);
    private readonly EvictionTimes _times;

    public EvictionTimesTests() => _times = new EvictionTimes(_time);

    [Fact]
    public void Taint_without_a_time_counts_from_when_it_was_first_seen()
    {
        DateTimeOffset? first = _times.Of(Pod("a"), [ByHand]);
        _time.Advance(TimeSpan.FromSeconds(45));

        Assert.Equal(Start.AddSeconds(60), first);
        Assert.Equal(Start.AddSeconds(60), _times.Of(Pod("a"), [ByHand]));
    }

    [Fact]
    public void Taint_that_went_and_came_back_counts_anew()
    {
        _times.Of(Pod("a"), [ByHand]);
        _time.Advance(TimeSpan.FromSeconds(45));
        DateTimeOffset? without = _times.Of(Pod("a"), []);

        Assert.Null(without);
        Assert.Equal(Start.AddSeconds(105), _times.Of(Pod("a"), [ByHand]));
    }

    [Fact]
    public void Another_pod_of_the_same_name_has_its_whole_time()
    {
        _times.Of(Pod("a"), [ByHand]);
        _time.Advance(TimeSpan.FromSeconds(45));

        Assert.Equal(Start.AddSeconds(105), _times.Of(Pod("b"), [ByHand]));
    }

    [Fact]
    public void Time_of_a_taint_that_says_it_is_kept()
    {
        V1Taint taint = new() { Key = "maintenance", Value = "yes", Effect = "NoExecute", TimeAdded = Start.AddSeconds(-30).UtcDateTime };

        Assert.Equal(Start.AddSeconds(30), _times.Of(Pod("a"), [taint]));
    }

    private static PodSummary Pod(string uid) => new()
    {
        Key = new ObjectKey("ns", "pod"), Uid = uid, ResourceVersion = "1", Labels = new Dictionary<string, string>(), NodeName = "node",
        Tolerations = [new EvictionToleration("maintenance", "Exists", "", "NoExecute", 60)],
    };
}
