// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Pelago.Engine.Scheduling;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public class PlacementPropertyTests
{
    private static readonly Gen<string> App = Gen.OneOf("web", "db", "log");
    private static readonly Gen<string> Key = Gen.OneOf("zone", "host");

    private static readonly Gen<OracleNode[]> Nodes = Gen.Select(Gen.OneOf("a", "b", "c"), Gen.Int[0, 6], Gen.Int[0, 5], Gen.Int[0, 8])
        .Array[1, 6].Select(nodes => nodes.Select((node, i) => new OracleNode($"n{i}", node.Item1, node.Item2, node.Item3 == 0, node.Item4 == 0)).ToArray());

    private static readonly Gen<OraclePod> Pod = Gen.Select(
        App, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 9],
        Gen.Select(App, Key, Gen.Int[0, 4]), Gen.Select(App, Key, Gen.Int[0, 4]), Gen.Select(Key, Gen.Int[1, 2], Gen.Int[0, 3]),
        (app, cpu, tolerates, choice, near, apart, spread) => new OraclePod(
            app, cpu, tolerates == 0, choice switch { 0 => "a", 1 => "b", _ => null }, choice == 2 ? 8080 : 0,
            near.Item3 == 0 ? (near.Item1, near.Item2) : null, apart.Item3 == 0 ? (apart.Item1, apart.Item2) : null, spread.Item3 == 0 ? (spread.Item1, spread.Item2) : null));

    /// <summary>0: place the pod; 1: remove the n-th placed pod; 2: remove and put back a node.</summary>
    private static readonly Gen<(int Kind, int Pick, OraclePod Pod)[]> Steps = Gen.Select(Gen.Frequency((6, Gen.Const(0)), (2, Gen.Const(1)), (1, Gen.Const(2))), Gen.Int[0, 100], Pod).Array[1, 30];

    [Fact]
    public void A_pod_goes_where_every_rule_allows_it_or_nowhere_when_none_does() => Gen.Select(Nodes, Steps).Sample((nodes, steps) =>
    {
        var cluster = new SchedulerDocuments();
        foreach (OracleNode node in nodes)
            cluster.Node(node.Name, cpu: $"{node.Cpu}", labels: node.Labels, spec: node.Spec);
        var placed = new List<(OraclePod Pod, OracleNode Node, PodView View)>();
        foreach ((int kind, int pick, OraclePod pod) in steps)
        {
            if (kind == 1 && placed.Count > 0)
            {
                int gone = pick % placed.Count;
                cluster.State.RemovePod(placed[gone].View.Uid);
                placed.RemoveAt(gone);
            }
            else if (kind == 2)
            {
                OracleNode node = nodes[pick % nodes.Length];
                cluster.State.RemoveNode(node.Name);
                cluster.Node(node.Name, cpu: $"{node.Cpu}", labels: node.Labels, spec: node.Spec);
            }
            else
            {
                Check(cluster, nodes, placed, pod);
            }
        }
    });

    [Fact]
    public void Preemption_makes_room_and_leaves_no_trace() => Gen.Select(Nodes, Pod.Array[4, 20], Pod, Gen.Int[0, 4].Array[20]).Sample((nodes, fillers, wanted, priorities) =>
    {
        var cluster = new SchedulerDocuments();
        foreach (OracleNode node in nodes)
            cluster.Node(node.Name, cpu: $"{node.Cpu}", labels: node.Labels, spec: node.Spec);
        for (int i = 0; i < fillers.Length; i++)
            cluster.Place(View(cluster, fillers[i], priorities[i]));
        PodView pod = View(cluster, wanted, 3);
        Decision decision = cluster.Placement.Decide(pod);
        if (decision.Failure is not { } failure)
            return;
        var before = cluster.State.Pods.ToDictionary(pair => pair.Key, pair => pair.Value.Node.Name);

        (PreemptionPlan? plan, string message) = new Preemption(cluster.State, cluster.Placement, new Random(1)).Find(pod, failure);

        Assert.Equal(before, cluster.State.Pods.ToDictionary(pair => pair.Key, pair => pair.Value.Node.Name));
        Assert.Equal(plan is null, message.Length > 0);
        if (plan is null)
            return;
        Assert.All(plan.Victims, victim => Assert.True(victim.Priority < 3));
        foreach (PodView victim in plan.Victims)
            cluster.State.RemovePod(victim.Uid);
        Assert.Null(cluster.Placement.Judge(pod, plan.Node));
    });

    private static PodView View(SchedulerDocuments cluster, OraclePod pod, int priority) =>
        cluster.Pod("{\"priority\":" + priority + "," + pod.Spec[1..], pod.Labels);

    private static void Check(SchedulerDocuments cluster, OracleNode[] nodes, List<(OraclePod Pod, OracleNode Node, PodView View)> placed, OraclePod pod)
    {
        PodView view = View(cluster, pod, 0);
        string? name = cluster.Place(view);
        List<(OraclePod Pod, OracleNode Node)> others = [.. placed.Select(other => (other.Pod, other.Node))];
        List<string> allowed = [.. nodes.Where(node => PlacementOracle.Fits(pod, node, nodes, others)).Select(node => node.Name)];
        if (name is null)
        {
            Assert.Empty(allowed);
            return;
        }

        Assert.Contains(name, allowed);
        placed.Add((pod, nodes.Single(node => node.Name == name), view));
    }
}
