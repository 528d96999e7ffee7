// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Scheduling;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class HostPortPlacementTests
{
    private const string NoPorts = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SchedulerDocuments _cluster;

    public HostPortPlacementTests() => _cluster = new SchedulerDocuments(clock: _clock);

    [Fact]
    public void Ports_are_given_once_until_none_is_left()
    {
        Node(window: "31000-31003");

        Assert.Equal("http=31002, data=31000-31001", Place("http=auto, data=2@auto-contiguous")!.Ports!.ToString());
        Assert.Equal("http=31003", Place("http=auto")!.Ports!.ToString());

        Assert.Equal(NoPorts, _cluster.Refusal(Asking("http=auto")));
    }

    [Fact]
    public void A_port_that_somebody_listens_on_is_never_given()
    {
        Node(window: "31000-31003", busy: "[31000, 31002]");

        Assert.Equal("a=31001+31003", Place("a=2@auto")!.Ports!.ToString());
        Assert.Equal(NoPorts, _cluster.Refusal(Asking("a=31000")));

        Node(window: "31000-31003", busy: "[31002]");

        Assert.Equal("a=31000", Place("a=auto")!.Ports!.ToString());
    }

    [Fact]
    public void A_port_outside_of_the_window_is_never_given()
    {
        // What the kernel gives to clients is no part of the window: here 31001 and above, but for one reserved port.
        Node(window: "[31000, 31005]");

        Assert.Equal("a=31000+31005", Place("a=2@31000-31999")!.Ports!.ToString());
        Assert.Equal(NoPorts, _cluster.Refusal(Asking("a=31003")));
    }

    [Fact]
    public void A_port_that_was_given_back_rests()
    {
        Node(window: "31000-31000");
        PodView first = Place("a=auto")!;

        _cluster.State.RemovePod(first.Uid);
        Assert.Equal(NoPorts, _cluster.Refusal(Asking("a=auto")));
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_cluster.State.EndPortRests());
        Assert.Equal(NoPorts, _cluster.Refusal(Asking("a=auto")));
        Assert.Equal(TimeSpan.FromSeconds(1), _cluster.State.NextPortRestEnd - _clock.GetUtcNow());

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_cluster.State.EndPortRests());
        Assert.Equal("a=31000", Place("a=auto")!.Ports!.ToString());
    }

    [Fact]
    public void A_port_rests_again_when_it_was_used_while_it_rested()
    {
        Node(window: "31000-31000");
        PodView first = Place("a=auto")!;
        _cluster.State.RemovePod(first.Uid);
        _clock.Advance(TimeSpan.FromSeconds(20));

        // A container that names its host port itself does not wait.
        PodView second = _cluster.Pod("""{"containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":31000}]}]}""");
        Assert.Equal("a", _cluster.Place(second));
        _cluster.State.RemovePod(second.Uid);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.False(_cluster.State.EndPortRests());
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.True(_cluster.State.EndPortRests());
    }

    [Fact]
    public void Host_ports_of_containers_and_given_ports_never_meet()
    {
        Node(window: "31000-31002");
        PodView named = _cluster.Pod("""{"containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":31000}]}]}""");
        Assert.Equal("a", _cluster.Place(named));

        Assert.Equal("a=31001", Place("a=auto")!.Ports!.ToString());

        foreach (string protocol in (string[])["TCP", "UDP"])
            Assert.Equal(NoPorts, _cluster.Refusal(_cluster.Pod($$"""{"containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":31001,"protocol":"{{protocol}}"}]}]}""")));
        PodView both = Asking("a=auto", """{"containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":31002}]}]}""");
        Assert.Equal(NoPorts, _cluster.Refusal(both));
    }

    [Fact]
    public void Pods_of_lower_priority_leave_for_ports_and_trying_it_changes_nothing()
    {
        Node(window: "31000-31001");
        PodView low = Place("a=2@auto")!;
        PodView high = Asking("a=auto", """{"priority":10,"containers":[{"name":"c"}]}""");
        Diagnosis failure = _cluster.Placement.Decide(high).Failure!;

        (PreemptionPlan? plan, _) = new Preemption(_cluster.State, _cluster.Placement, new Random(1)).Find(high, failure);

        Assert.Equal(low.Uid, Assert.Single(plan!.Victims).Uid);
        Assert.Equal(NoPorts, _cluster.Refusal(high));
        Assert.Null(_cluster.State.NextPortRestEnd);
    }

    [Fact]
    public void While_ports_of_those_that_left_rest_nobody_else_has_to()
    {
        Node(window: "31000-31001");
        PodView first = Place("a=auto")!;
        Place("a=auto");
        _cluster.State.RemovePod(first.Uid);
        PodView high = Asking("a=auto", """{"priority":10,"containers":[{"name":"c"}]}""") with { NominatedNodeName = "a" };
        Diagnosis failure = _cluster.Placement.Decide(high).Failure!;

        (PreemptionPlan? plan, string message) = new Preemption(_cluster.State, _cluster.Placement, new Random(1)).Find(high, failure);

        Assert.Null(plan);
        Assert.Equal("not eligible due to ports of the nominated node that rest after their last use.", message);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _cluster.State.EndPortRests();
        Assert.Equal("a", _cluster.Place(high));
    }

    [Theory]
    [InlineData("a=31000", """{"priority":10,"containers":[{"name":"c"}]}""")] // what rests is another port
    [InlineData("a=auto", """{"priority":10,"containers":[{"name":"c","resources":{"requests":{"cpu":"3"} } }]}""")] // what it lacks is no port
    public void Ports_that_rest_keep_nobody_from_making_room_for_what_else_is_missing(string ports, string spec)
    {
        Node(window: "31000-31002");
        PodView low = _cluster.Pod("""{"containers":[{"name":"c","resources":{"requests":{"cpu":"2"} } }]}""", extra: ""","annotations":{"ports.pelago.dev/host":"a=31000"} """);
        Assert.Equal("a", _cluster.Place(low));
        _cluster.State.RemovePod(Place("a=31001")!.Uid);
        PodView high = Asking(ports, spec) with { NominatedNodeName = "a" };
        Diagnosis failure = _cluster.Placement.Decide(high).Failure!;

        (PreemptionPlan? plan, _) = new Preemption(_cluster.State, _cluster.Placement, new Random(1)).Find(high, failure);

        Assert.Equal(low.Uid, Assert.Single(plan!.Victims).Uid);
    }

    [Fact]
    public void A_request_that_cannot_be_read_keeps_the_pod_waiting_and_says_why()
    {
        Node(window: "31000-31001");

        Assert.Contains("entry \"http\" cannot be used", _cluster.Refusal(Asking("http")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_taken_is_always_what_living_pods_have(int seed)
    {
        var random = new Random(seed);
        string busy = "[]";
        Node("31000-31063", busy);
        var living = new List<PodView>();
        var rested = new Dictionary<int, DateTimeOffset>();
        for (int step = 0; step < 3_000; step++)
        {
            int kind = random.Next(12);
            if (kind < 6)
            {
                string[] asks = ["a=auto", "a=3@auto", "a=4@auto-contiguous", "a=31010-31020, b=auto", "a=2@31000-31030-contiguous"];
                if (Place(asks[random.Next(asks.Length)]) is { } placed)
                {
                    int[] got = [.. Ports(placed)];
                    Assert.DoesNotContain(got, port => living.Exists(other => other.Ports!.Ports.Contains(port)));
                    Assert.DoesNotContain(got, port => rested.TryGetValue(port, out DateTimeOffset until) && until > _clock.GetUtcNow());
                    Assert.True(PortRanges.TryParse(busy, out PortRanges? listening, out _));
                    Assert.DoesNotContain(got, listening.Contains);
                    living.Add(placed);
                }
            }
            else if (kind < 10 && living.Count > 0)
            {
                PodView gone = living[random.Next(living.Count)];
                living.Remove(gone);
                _cluster.State.RemovePod(gone.Uid);
                foreach (int port in Ports(gone))
                    rested[port] = _clock.GetUtcNow() + TimeSpan.FromSeconds(30);
            }
            else if (kind == 10)
            {
                _clock.Advance(TimeSpan.FromSeconds(random.Next(20)));
                _cluster.State.EndPortRests();
            }
            else if (random.Next(10) == 0)
            {
                busy = $"[{31000 + random.Next(64)}]";
                Node("31000-31063", busy);
            }
        }

        // Everything that nobody has, nobody listens on and nobody gave back a moment ago can be had.
        foreach (PodView pod in living)
            _cluster.State.RemovePod(pod.Uid);
        Node("31000-31063");
        _clock.Advance(TimeSpan.FromSeconds(30));
        _cluster.State.EndPortRests();
        Assert.Equal("a=31000-31063", Place("a=64@auto-contiguous")!.Ports!.ToString());
    }

    private static IEnumerable<int> Ports(PodView pod) => NodePorts.Of(pod);

    private void Node(string window, string? busy = null) =>
        _cluster.Node("a", pods: 10_000, annotations: $$"""{"ports.pelago.dev/window":"{{window}}"{{(busy is null ? "" : $",\"ports.pelago.dev/busy\":\"{busy}\"")}} }""");

    private PodView Asking(string ports, string spec = "{}") => _cluster.Pod(spec, extra: $$""","annotations":{"ports.pelago.dev/host":"{{ports}}"} """);

    /// <summary>As it lies on its node; null when it fits nowhere.</summary>
    private PodView? Place(string ports)
    {
        PodView pod = Asking(ports);
        return _cluster.Place(pod) is null ? null : _cluster.State.Pods[pod.Uid].Pod;
    }
}
