// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Scheduling;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class PodAffinityTests
{
    private const string AboutWeb = "\"labelSelector\":{\"matchLabels\":{\"app\":\"web\"}}";
    private const string Web = """{"app":"web"}""";
    private readonly SchedulerDocuments _cluster = new();

    public PodAffinityTests()
    {
        _cluster.Node("a1", labels: """{"zone":"a","kubernetes.io/hostname":"a1"}""");
        _cluster.Node("a2", labels: """{"zone":"a","kubernetes.io/hostname":"a2"}""");
        _cluster.Node("b1", labels: """{"zone":"b","kubernetes.io/hostname":"b1"}""");
    }

    [Fact]
    public void Anti_affinity_keeps_pods_apart_and_says_so()
    {
        string spec = Required("podAntiAffinity", "kubernetes.io/hostname");
        string?[] placed = [.. Enumerable.Range(0, 3).Select(_ => _cluster.Place(_cluster.Pod(spec, Web)))];

        Assert.Equal(["a1", "a2", "b1"], placed.Order());
        Assert.Equal("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.", _cluster.Refusal(_cluster.Pod(spec, Web)));
    }

    [Fact]
    public void Pods_that_are_there_keep_others_away()
    {
        _cluster.On("a1", _cluster.Pod(Required("podAntiAffinity", "zone"), """{"app":"alone"}"""));

        Assert.Equal("b1", _cluster.Place(_cluster.Pod("{}", Web)));
        _cluster.State.RemoveNode("b1");
        Assert.Equal("0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules.", _cluster.Refusal(_cluster.Pod("{}", Web)));
    }

    [Fact]
    public void Affinity_brings_pods_together()
    {
        string spec = Required("podAffinity", "zone");
        PodView first = _cluster.Pod(spec, """{"app":"other"}""");
        Assert.Equal("0/3 nodes are available: 3 node(s) didn't match pod affinity rules.", _cluster.Refusal(first));

        _cluster.On("b1", _cluster.Pod("{}", Web));

        Assert.Equal("b1", _cluster.Place(first));
    }

    [Fact]
    public void The_first_of_a_group_that_wants_to_be_together_may_go_anywhere()
    {
        string spec = Required("podAffinity", "zone");

        string? first = _cluster.Place(_cluster.Pod(spec, Web));
        string? second = _cluster.Place(_cluster.Pod(spec, Web));

        Assert.NotNull(first);
        Assert.Equal(first[0], second![0]);
    }

    [Fact]
    public void Terms_look_at_their_own_namespace_unless_told_otherwise()
    {
        _cluster.State.Namespaces.Set("other", new Dictionary<string, string> { ["team"] = "x" });
        _cluster.On("b1", _cluster.Pod("{}", Web, ns: "other"));

        Assert.Null(_cluster.Place(_cluster.Pod(Required("podAffinity", "zone"))));
        Assert.Equal("b1", _cluster.Place(_cluster.Pod(Required("podAffinity", "zone", ""","namespaces":["other"]"""))));
        Assert.Equal("b1", _cluster.Place(_cluster.Pod(Required("podAffinity", "zone", ""","namespaceSelector":{"matchLabels":{"team":"x"}}"""))));
        Assert.Null(_cluster.Place(_cluster.Pod(Required("podAffinity", "zone", ""","namespaceSelector":{"matchLabels":{"team":"y"}}"""))));
    }

    [Fact]
    public void Preferences_pull_and_push()
    {
        _cluster.On("b1", _cluster.Pod("{}", Web));

        Assert.Equal("b1", _cluster.Place(_cluster.Pod(Preferred("podAffinity"))));
        Assert.NotEqual("b1", _cluster.Place(_cluster.Pod(Preferred("podAntiAffinity"))));
    }

    [Fact]
    public void Hard_spread_holds_its_skew()
    {
        const string Spec = """{"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"}}}]}""";

        char[] zones = [.. Enumerable.Range(0, 6).Select(_ => _cluster.Place(_cluster.Pod(Spec, Web))![0])];

        Assert.Equal(3, zones.Count(zone => zone == 'a'));
        _cluster.Node("b1", labels: """{"zone":"b","kubernetes.io/hostname":"b1"}""", spec: """{"unschedulable":true}""");
        Assert.NotNull(_cluster.Place(_cluster.Pod(Spec, Web)));
        Assert.Equal(
            "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints.", _cluster.Refusal(_cluster.Pod(Spec, Web)));
    }

    [Fact]
    public void Nodes_without_the_spread_label_are_out()
    {
        _cluster.State.RemoveNode("a1");
        _cluster.State.RemoveNode("a2");
        _cluster.Node("b1", labels: "{}");
        const string Spec = """{"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{}}]}""";

        Assert.Equal(
            "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).", _cluster.Refusal(_cluster.Pod(Spec, Web)));
    }

    [Fact]
    public void Soft_spread_prefers_the_emptier_place()
    {
        const string Spec = """{"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"web"}}}]}""";
        foreach (string node in (string[])["a1", "a2"])
            _cluster.On(node, _cluster.Pod("{}", Web));

        Assert.Equal("b1", _cluster.Place(_cluster.Pod(Spec, Web)));
    }

    private static string Required(string kind, string key, string more = "") =>
        Affinity(kind, "required", $"{{\"topologyKey\":\"{key}\",{AboutWeb}{more}}}");

    private static string Preferred(string kind) =>
        Affinity(kind, "preferred", $"{{\"weight\":100,\"podAffinityTerm\":{{\"topologyKey\":\"zone\",{AboutWeb}}}}}");

    private static string Affinity(string kind, string strength, string term) =>
        $"{{\"affinity\":{{\"{kind}\":{{\"{strength}DuringSchedulingIgnoredDuringExecution\":[{term}]}}}}}}";
}
