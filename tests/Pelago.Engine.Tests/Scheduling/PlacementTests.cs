// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Scheduling;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class PlacementTests
{
    private readonly SchedulerDocuments _cluster = new();

    [Fact]
    public void Reasons_are_counted_and_sorted_as_upstream_words_them()
    {
        _cluster.Node("a", cpu: "1");
        _cluster.Node("b", spec: """{"taints":[{"key":"dedicated","value":"db","effect":"NoSchedule"}]}""");
        _cluster.Node("c", spec: """{"taints":[{"key":"dedicated","value":"db","effect":"NoExecute"}]}""");
        _cluster.Node("d", spec: """{"unschedulable":true,"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}]}""");

        Assert.Equal(
            "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 2 node(s) had untolerated taint {dedicated: db}.",
            _cluster.Refusal(_cluster.Requesting("2")));
    }

    [Fact]
    public void Without_nodes_the_message_says_so() => Assert.Equal("no nodes available to schedule pods", _cluster.Refusal(_cluster.Pod()));

    [Fact]
    public void Every_resource_that_is_short_is_named()
    {
        _cluster.Node("a", cpu: "1", memory: "1Gi", pods: 0);

        PodView pod = _cluster.Pod("""{"containers":[{"resources":{"requests":{"cpu":"2","memory":"2Gi","example.com/gpu":"3"}}}]}""");

        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient example.com/gpu, 1 Insufficient memory, 1 Too many pods.", _cluster.Refusal(pod));
    }

    [Theory]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}},{"resources":{"requests":{"cpu":"500m"}}}]}""", 1500)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"resources":{"requests":{"cpu":"3"}}}]}""", 3000)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}},{"resources":{"requests":{"cpu":"2"}}}]}""", 4000)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"overhead":{"cpu":"250m"}}""", 1250)]
    [InlineData("""{"containers":[{"resources":{"limits":{"cpu":"1"}}}]}""", 1000)]
    public void Requests_count_init_containers_sidecars_and_overhead(string spec, long milli) =>
        Assert.Equal(milli, _cluster.Pod(spec).Class.Requests[ResourceNames.Cpu]);

    [Fact]
    public void Requests_of_placed_pods_are_never_overcommitted()
    {
        _cluster.Node("a", cpu: "2");
        _cluster.Node("b", cpu: "1");

        string?[] placed = [.. Enumerable.Range(0, 5).Select(_ => _cluster.Place(_cluster.Requesting("700m")))];

        Assert.Equal(2, placed.Count(node => node == "a"));
        Assert.Equal(1, placed.Count(node => node == "b"));
        Assert.Equal(2, placed.Count(node => node is null));
    }

    [Theory]
    [InlineData("""{"nodeSelector":{"disk":"ssd"}}""", "a")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"disk","operator":"NotIn","values":["ssd"]}]}]}}}}""", "b")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"cores","operator":"Gt","values":["8"]}]}]}}}}""", "b")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["b"]}]}]}}}}""", "b")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"gone","operator":"Exists"}]},{"matchExpressions":[{"key":"disk","operator":"Exists"}]}]}}}}""", "a")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{}]}}}}""", null)]
    [InlineData("""{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":10,"preference":{"matchExpressions":[{"key":"cores","operator":"Lt","values":["8"]}]}}]}}}""", "a")]
    public void Node_selectors_and_affinity_choose_the_node(string spec, string? expected)
    {
        _cluster.Node("a", labels: """{"disk":"ssd","cores":"4"}""");
        _cluster.Node("b", labels: """{"cores":"16"}""");

        Assert.Equal(expected, _cluster.Place(_cluster.Pod(spec)));
    }

    [Theory]
    [InlineData("""{"key":"k","operator":"Equal","value":"v","effect":"NoSchedule"}""", true)]
    [InlineData("""{"key":"k","operator":"Exists"}""", true)]
    [InlineData("""{"operator":"Exists"}""", true)]
    [InlineData("""{"key":"k","value":"v"}""", true)]
    [InlineData("""{"key":"k","value":"w"}""", false)]
    [InlineData("""{"key":"k","operator":"Exists","effect":"NoExecute"}""", false)]
    public void Tolerations_open_tainted_nodes(string toleration, bool expected)
    {
        _cluster.Node("a", spec: """{"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]}""");

        Assert.Equal(expected, _cluster.Place(_cluster.Pod($$"""{"tolerations":[{{toleration}}]}""")) is not null);
    }

    [Fact]
    public void Soft_taints_are_avoided_while_there_is_a_choice()
    {
        _cluster.Node("a", spec: """{"taints":[{"key":"k","effect":"PreferNoSchedule"}]}""");
        _cluster.Node("b", cpu: "1");

        Assert.Equal("b", _cluster.Place(_cluster.Requesting("800m")));
        Assert.Equal("a", _cluster.Place(_cluster.Requesting("800m")));
    }

    [Fact]
    public void Host_ports_are_taken_once_for_each_node()
    {
        _cluster.Node("a");
        const string Spec = """{"containers":[{"ports":[{"containerPort":80,"hostPort":8080,"hostIP":"127.0.0.1"}]}]}""";

        Assert.Equal("a", _cluster.Place(_cluster.Pod(Spec)));
        Assert.Equal("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", _cluster.Refusal(_cluster.Pod(Spec.Replace("127.0.0.1", "0.0.0.0"))));
        Assert.Equal("a", _cluster.Place(_cluster.Pod(Spec.Replace("127.0.0.1", "127.0.0.2"))));
        Assert.Equal("a", _cluster.Place(_cluster.Pod(Spec.Replace("80,", "80,\"protocol\":\"UDP\","))));
    }

    [Fact]
    public void Replicas_without_requests_are_spread_over_nodes()
    {
        foreach (string name in (string[])["a", "b", "c"])
            _cluster.Node(name);

        string?[] placed = [.. Enumerable.Range(0, 6).Select(_ => _cluster.Place(_cluster.Pod(extra: ""","ownerReferences":[{"uid":"rs","controller":true}]""")))];

        Assert.Equal([2, 2, 2], placed.CountBy(node => node!).Select(pair => pair.Value));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(100, 100)]
    [InlineData(150, 100)]
    [InlineData(1000, 420)]
    [InlineData(10_000, 500)]
    public void Of_many_nodes_some_are_compared(int nodes, int compared) => Assert.Equal(compared, Placement.Compared(nodes));

    [Fact]
    public void The_best_of_many_nodes_is_not_always_seen_and_soon_is()
    {
        const int Nodes = 400;
        for (int i = 0; i < Nodes; i++)
            _cluster.Node($"n{i}", labels: $$"""{"id":"{{i}}"}""");

        int[] tries = [.. Enumerable.Range(0, Nodes).Select(i => Enumerable.Range(1, 4).First(_ => _cluster.Placement.Decide(Preferring(i)).Node!.Name == $"n{i}"))];

        Assert.InRange(tries.Count(count => count == 1), Nodes / 4, Nodes * 9 / 10);

        PodView Preferring(int id) => _cluster.Pod($$"""
            {"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"id","operator":"In","values":["{{id}}"]}]} }]} } }
            """);
    }

    [Fact]
    public void All_of_many_nodes_have_their_turn_and_are_counted_in_a_refusal()
    {
        const int Nodes = 400;
        for (int i = 0; i < 2 * Nodes; i++)
            _cluster.Node($"n{i}");
        for (int i = 0; i < 2 * Nodes; i += 2)
            _cluster.State.RemoveNode($"n{i}");

        string?[] placed =
            [.. Enumerable.Range(0, 2 * Nodes).Select(_ => _cluster.Place(_cluster.Pod(extra: ""","ownerReferences":[{"uid":"rs","controller":true}]""")))];

        Dictionary<string, int> counts = placed.CountBy(node => node!).ToDictionary();
        Assert.Equal(Nodes, counts.Count);
        Assert.InRange(counts.Values.Max(), 2, 3);
        Assert.Equal("0/400 nodes are available: 400 Insufficient cpu.", _cluster.Refusal(_cluster.Requesting("5")));
    }

    [Fact]
    public void A_nominated_node_is_kept_free_of_pods_of_lower_priority()
    {
        _cluster.Node("a", cpu: "1");
        PodView waiting = _cluster.Requesting("1", priority: 10);
        _cluster.State.Nominate(waiting, "a");

        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu.", _cluster.Refusal(_cluster.Requesting("500m")));
        Assert.Equal("a", _cluster.Place(waiting));
    }

    [Fact]
    public void Changes_of_a_node_are_seen_by_the_next_decision()
    {
        _cluster.Node("a", cpu: "1");
        PodView pod = _cluster.Requesting("2");
        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu.", _cluster.Refusal(pod));

        _cluster.Node("a", cpu: "4");

        Assert.Equal("a", _cluster.Place(pod));
        _cluster.State.RemoveNode("a");
        Assert.Equal("no nodes available to schedule pods", _cluster.Refusal(pod));
    }

    [Fact]
    public void Equal_pods_share_a_class_whatever_their_names()
    {
        PodView first = _cluster.Pod("""{"containers":[{"name":"x","image":"a","resources":{"requests":{"cpu":"1"}}}],"volumes":[{"name":"token-1","projected":{}}]}""", """{"app":"w"}""");
        PodView second = _cluster.Pod("""{"containers":[{"name":"y","image":"b","resources":{"requests":{"cpu":"1"}}}],"volumes":[{"name":"token-2","projected":{}}]}""", """{"app":"w"}""");
        PodView other = _cluster.Pod("""{"containers":[{"name":"x","image":"a","resources":{"requests":{"cpu":"2"}}}]}""", """{"app":"w"}""");

        Assert.Same(first.Class, second.Class);
        Assert.NotSame(first.Class, other.Class);
    }

    [Fact]
    public void Pod_document_is_read_whole()
    {
        var classes = new PodClasses(new ResourceNames());

        PodView pod = PodReader.Read(
            Encoding.UTF8.GetBytes("""
            {"kind":"Pod","metadata":{"name":"p","namespace":"n","uid":"u","resourceVersion":"7","deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"a":"b"}},
             "spec":{"nodeName":"x","schedulerName":"s","priority":5,"preemptionPolicy":"Never","schedulingGates":[{"name":"g"}],
                     "volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"c"}},{"name":"e","ephemeral":{"volumeClaimTemplate":{}}}]},
             "status":{"phase":"Failed","nominatedNodeName":"y","startTime":"2026-01-01T00:00:01Z",
                       "conditions":[{"type":"Ready","status":"False","message":"no"},{"type":"PodScheduled","status":"False","message":"why"}]}}
            """),
            classes);

        Assert.Equal(("n/p", "u", "7", "x", "s", "y"), (pod.Key.ToString(), pod.Uid, pod.ResourceVersion, pod.NodeName, pod.SchedulerName, pod.NominatedNodeName));
        Assert.True(pod is { IsDeleting: true, IsTerminated: true, IsGated: true, UnschedulableMessage: "why", Priority: 5 });
        Assert.True(pod.Class.NeverPreempts);
        Assert.Equal(["c", "p-e"], pod.Class.Claims);
        Assert.Equal(("p", "u", "p-e"), (pod.Class.Ephemeral?.PodName, pod.Class.Ephemeral?.PodUid, pod.Class.Ephemeral?.Claims.Single()));
        Assert.Equal("b", pod.Class.Labels["a"]);
    }
}
