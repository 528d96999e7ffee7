// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class NodeTests
{
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Silent_node_is_unknown_and_tainted_and_loses_its_pods_when_their_toleration_ends()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync(ControllerOptions.Default with { NodeMonitorGracePeriod = TimeSpan.FromSeconds(8) });
        await cluster.CreateAsync(Pods, Pod("brief", 0));
        await cluster.CreateAsync(Pods, Pod("patient", 3000));
        await cluster.UntilListAsync(Pods, pods => pods.Count == 2 && pods.All(ReplicaSetTests.IsReady));

        KubeObject? node = await cluster.UntilAsync($"/api/v1/nodes/{cluster.Node}", item => (item?.Spec?.Array("taints") ?? []).Count == 2);
        await cluster.UntilAsync(Pods + "/brief", pod => pod is null);

        JsonObject ready = (node!.Value.Status!.Array("conditions") ?? []).OfType<JsonObject>().Single(condition => condition.String("type") == "Ready");
        Assert.Equal(("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."), (ready.String("status"), ready.String("reason"), ready.String("message")));
        Assert.All(node.Value.Spec!.Array("taints")!, taint => Assert.Equal("node.kubernetes.io/unreachable", taint!["key"]!.ToString()));
        Assert.NotNull(await cluster.GetAsync(Pods + "/patient"));
    }

    [Fact]
    public async Task Cordoned_node_has_the_taint_for_it()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.PatchAsync($"/api/v1/nodes/{cluster.Node}", "{\"spec\":{\"unschedulable\":true}}");
        await cluster.UntilAsync($"/api/v1/nodes/{cluster.Node}", item => Taints(item).SequenceEqual(["node.kubernetes.io/unschedulable:NoSchedule"]));

        await cluster.PatchAsync($"/api/v1/nodes/{cluster.Node}", "{\"spec\":{\"unschedulable\":null}}");

        await cluster.UntilAsync($"/api/v1/nodes/{cluster.Node}", item => !Taints(item).Any());
    }

    [Fact]
    public async Task Budget_says_how_many_pods_may_go()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync("/apis/apps/v1/namespaces/NS/deployments", DeploymentTests.Web3());
        await cluster.CreateAsync("/apis/policy/v1/namespaces/NS/poddisruptionbudgets", """{"metadata":{"name":"web"},"spec":{"maxUnavailable":"34%","selector":{"matchLabels":{"app":"web"}}}}""");

        KubeObject? budget = await cluster.UntilAsync("/apis/policy/v1/namespaces/NS/poddisruptionbudgets/web", item => item?.Status?.Integer("currentHealthy") == 3);

        Assert.Equal((3, 1, 2), (budget!.Value.Status!.Integer("expectedPods"), budget.Value.Status!.Integer("desiredHealthy"), budget.Value.Status!.Integer("disruptionsAllowed")));
        JsonObject condition = Assert.Single((budget.Value.Status!.Array("conditions") ?? []).OfType<JsonObject>());
        Assert.Equal(("DisruptionAllowed", "True", "SufficientPods"), (condition.String("type"), condition.String("status"), condition.String("reason")));
    }

    private static IEnumerable<string> Taints(KubeObject? node) =>
        (node?.Spec?.Array("taints") ?? []).OfType<JsonObject>().Select(taint => $"{taint.String("key")}:{taint.String("effect")}");

    private static string Pod(string name, int seconds) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"terminationGracePeriodSeconds":1,"tolerations":[{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":{{{seconds}}} },{"operator":"Exists","effect":"NoSchedule"}],"containers":[{"name":"main","image":"one"}]} }""";
}
