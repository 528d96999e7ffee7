// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class DaemonBackoffTests
{
    private static readonly Owner Set = new(
        new GroupVersionKind("apps", "v1", "DaemonSet"), new GroupVersionResource("apps", "v1", "daemonsets"), "ns", "agent", "uid", "1", IsDeleting: false);
    private readonly FakeTimeProvider _time = new();
    private readonly DaemonBackoff _backoff;

    public DaemonBackoffTests() => _backoff = new DaemonBackoff(_time);

    [Fact]
    public void Each_failure_on_a_node_waits_twice_as_long_up_to_a_quarter_of_an_hour()
    {
        var waits = new List<double>();
        for (int i = 0; i < 12; i++)
        {
            TimeSpan left = _backoff.Left(Set, 1, "node");
            waits.Add(left.TotalSeconds);
            _time.Advance(left);
            _backoff.Note(Set, 1, "node");
        }

        Assert.Equal([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900], waits);
        Assert.Equal(TimeSpan.Zero, _backoff.Left(Set, 1, "other"));
    }

    [Fact]
    public void Failures_are_forgotten_in_time_with_the_spec_and_with_the_set()
    {
        _backoff.Note(Set, 1, "node");
        _backoff.Note(Set, 1, "node");
        TimeSpan changed = _backoff.Left(Set, 2, "node");
        TimeSpan remade = _backoff.Left(Set with { Uid = "another" }, 1, "node");
        _time.Advance(TimeSpan.FromMinutes(31));
        _backoff.Note(Set, 1, "node");
        TimeSpan later = _backoff.Left(Set, 1, "node");
        _backoff.Forget(Set.Key);

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (changed, remade));
        Assert.Equal(TimeSpan.FromSeconds(1), later);
        Assert.Equal(TimeSpan.Zero, _backoff.Left(Set, 1, "node"));
    }

    [Fact]
    public void Failed_pod_stays_where_it_is_until_it_is_due()
    {
        PodSummary failed = new()
        {
            Key = new ObjectKey("ns", "agent-1"), Uid = "pod", ResourceVersion = "1", Labels = new Dictionary<string, string>(), NodeName = "node", Phase = "Failed",
        };
        V1DaemonSet set = new() { Metadata = new V1ObjectMeta(), Spec = new V1DaemonSetSpec { Template = new V1PodTemplateSpec { Spec = new V1PodSpec() } } };
        V1Node node = new() { Metadata = new V1ObjectMeta { Name = "node" }, Spec = new V1NodeSpec() };
        var state = new DaemonSetState(set, [node], [failed], "hash", _time.GetUtcNow());

        DaemonSetPlan early = DaemonSetPlan.Manage(state, _ => TimeSpan.FromSeconds(3));
        DaemonSetPlan due = DaemonSetPlan.Manage(state, _ => TimeSpan.Zero);

        Assert.Empty(early.Delete);
        Assert.Empty(early.Create);
        Assert.Equal(TimeSpan.FromSeconds(3), early.Wait);
        Assert.Equal([failed], due.Delete);
        Assert.Null(due.Wait);
    }
}
