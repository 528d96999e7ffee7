// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Pelago.Conformance.Install;
using Xunit;

namespace Pelago.Conformance.Scheduling;

/// <summary>
/// <c>pelagod scheduler</c> beside the scheduler that the cluster has. Alone: most of it is on a node that nobody runs, which other tests would find among
/// the cluster's.
/// </summary>
[Collection(nameof(InstallTests))]
public sealed class OwnSchedulerTests(TestCluster cluster) : KubectlTest(cluster)
{
    private const string Version = KubectlVersions.Preparing;
    private const string NoPorts = "node(s) didn't have free ports for the requested pod ports";

    private string Node => $"node-{Namespace}";

    public override async ValueTask DisposeAsync()
    {
        await Kubectl(Version).TryAsync(null, "delete", "node", Node, "--ignore-not-found");
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_container_learns_its_ports_from_a_field_of_the_pod()
    {
        JsonObject pod = JsonNode.Parse(ShellPod("web", $"echo \"all $ALL, http $HTTP\"; {SleepForever}"))!.AsObject();
        pod["metadata"]!["annotations"] = new JsonObject { ["ports.pelago.dev/host"] = "http=auto, data=2@auto-contiguous" };
        pod["spec"]!["schedulerName"] = Namespace;
        pod["spec"]!["containers"]![0]!["env"] = new JsonArray(Field("ALL", "ports.pelago.dev/host-allocated"), Field("HTTP", "host.ports.pelago.dev/http"));
        await Kubectl(Version).PipeAsync(pod.ToJsonString(), "apply", "-f", "-");
        await using var scheduler = new OwnScheduler(Cluster, Namespace, "one");

        await Kubectl(Version).RunAsync("wait", "--for=condition=Ready", "pod/web", "--timeout=120s");

        JsonNode annotations = (await PodAsync("web"))["metadata"]!["annotations"]!;
        string all = (string)annotations["ports.pelago.dev/host-allocated"]!, http = (string)annotations["host.ports.pelago.dev/http"]!;
        Assert.Matches(@"^http=\d+, data=\d+-\d+$", all);
        Assert.StartsWith($"http={http},", all, StringComparison.Ordinal);
        string printed = "";
        await Until(async () => (printed = (await Kubectl(Version).RunAsync("logs", "web")).Output).EndsWith('\n'), "the container prints a line");
        Assert.Equal($"all {all}, http {http}\n", printed);
        Assert.Contains("Successfully assigned", await EventsAsync("web"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_out_of_ports_takes_no_more_pods_and_they_are_told()
    {
        await NodeAsync(window: 3);
        await using var scheduler = new OwnScheduler(Cluster, Namespace, "one");
        await PodsAsync(0, 3);
        Assert.Equal(Enumerable.Range(31000, 3), await GivenAsync(3));

        await PodsAsync(3, 1);

        await Until(async () => (await PodAsync("p3"))["status"]?["conditions"]?.ToJsonString().Contains("\"Unschedulable\"", StringComparison.Ordinal) == true, "the pod has a condition");
        JsonNode condition = (await PodAsync("p3"))["status"]!["conditions"]!.AsArray().Single(item => (string?)item!["type"] == "PodScheduled")!;
        Assert.Equal(("False", "Unschedulable"), ((string?)condition["status"], (string?)condition["reason"]));
        Assert.Contains($"1 {NoPorts}", (string?)condition["message"], StringComparison.Ordinal);
        await Until(async () => (await EventsAsync("p3")).Contains(NoPorts, StringComparison.Ordinal), "an event says so");
    }

    [Fact]
    public async Task The_next_takes_over_at_once_from_one_that_was_told_to_end()
    {
        await NodeAsync(window: 20);
        await using var first = new OwnScheduler(Cluster, Namespace, "first");
        await first.SaysAsync("first leads by Lease");
        await using var second = new OwnScheduler(Cluster, Namespace, "second");
        await second.SaysAsync("which first holds");
        await PodsAsync(0, 10);
        await GivenAsync(10);

        Assert.Equal(0, await first.EndAsync("TERM"));
        await PodsAsync(10, 10);

        Assert.Equal(Enumerable.Range(31000, 20), await GivenAsync(20));
        Assert.Equal("second", (await Kubectl(Version).RunAsync("get", "lease", $"pelago-scheduler-{Namespace}", "-o", "jsonpath={.spec.holderIdentity}")).Output);
    }

    [Fact]
    public async Task One_that_dies_in_the_middle_gives_no_port_twice()
    {
        await NodeAsync(window: 50);
        await using var first = new OwnScheduler(Cluster, Namespace, "first");
        await first.SaysAsync("first leads by Lease");
        await using var second = new OwnScheduler(Cluster, Namespace, "second");

        Task making = PodsAsync(0, 40);
        await Until(async () => (await NodesOfPodsAsync()).Any(node => node.Length > 0), "some pod has a node");
        await first.EndAsync("KILL");
        await making;
        await PodsAsync(40, 10);

        Assert.Equal(Enumerable.Range(31000, 50), await GivenAsync(50));
    }

    private static JsonObject Field(string variable, string annotation) => new()
    {
        ["name"] = variable, ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = $"metadata.annotations['{annotation}']" } },
    };

    /// <summary>A node that is an object only: pods are bound to it and never run.</summary>
    private Task NodeAsync(int window) => Kubectl(Version).PipeAsync(
        $$$"""
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{Node}}}","labels":{"test":"{{{Namespace}}}"},"annotations":{"ports.pelago.dev/window":"31000-{{{31000 + window - 1}}}"}},
         "spec":{"taints":[{"key":"test","value":"{{{Namespace}}}","effect":"NoSchedule"}]},
         "status":{"capacity":{"cpu":"8","memory":"8Gi","pods":"110"},"allocatable":{"cpu":"8","memory":"8Gi","pods":"110"} } }
        """,
        "create", "-f", "-");

    /// <summary>Pods p0, p1, … for that node, which ask for a port each.</summary>
    private Task PodsAsync(int first, int count) => Kubectl(Version).PipeAsync(
        string.Join('\n', Enumerable.Range(first, count).Select(i => $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p{{{i}}}","labels":{"app":"many"},"annotations":{"ports.pelago.dev/host":"http=auto"}},
         "spec":{"schedulerName":"{{{Namespace}}}","nodeSelector":{"test":"{{{Namespace}}}"},"tolerations":[{"operator":"Exists"}],"terminationGracePeriodSeconds":0,
          "containers":[{"name":"main","image":"{{{Cluster.Image}}}"}]}}
        """)),
        "create", "-f", "-");

    private async Task<JsonNode> PodAsync(string name) => JsonNode.Parse((await Kubectl(Version).RunAsync("get", "pod", name, "-o", "json")).Output)!;

    private async Task<string> EventsAsync(string pod) =>
        (await Kubectl(Version).RunAsync("get", "events", "--field-selector", $"involvedObject.name={pod}", "-o", "jsonpath={.items[*].message}")).Output;

    private async Task<string[]> NodesOfPodsAsync() =>
        [.. JsonNode.Parse((await Kubectl(Version).RunAsync("get", "pods", "-l", "app=many", "-o", "json")).Output)!["items"]!.AsArray().Select(pod => (string?)pod!["spec"]!["nodeName"] ?? "")];

    /// <summary>The ports of so many pods, in order, when all have a node.</summary>
    private async Task<int[]> GivenAsync(int count)
    {
        await Until(async () => (await NodesOfPodsAsync()).Count(node => node == Node) == count, $"{count} pods have the node", seconds: 90);
        string output = (await Kubectl(Version).RunAsync("get", "pods", "-l", "app=many", "-o", "json")).Output;
        return [.. JsonNode.Parse(output)!["items"]!.AsArray().Select(pod => int.Parse(((string)pod!["metadata"]!["annotations"]!["ports.pelago.dev/host-allocated"]!)["http=".Length..])).Order()];
    }
}
