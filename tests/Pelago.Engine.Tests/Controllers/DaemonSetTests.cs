// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class DaemonSetTests
{
    private const string Sets = "/apis/apps/v1/namespaces/NS/daemonsets";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Every_node_that_fits_gets_one_pod_and_new_nodes_too()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set());
        await cluster.UntilAsync(Sets + "/agent", item => item?.Status?.Integer("numberAvailable") == item?.Status?.Integer("desiredNumberScheduled") && item?.Status?.Integer("desiredNumberScheduled") > 0);

        string extra = cluster.Node + "-b";
        await cluster.AddNodeAsync(extra);

        List<KubeObject> pods = await cluster.UntilListAsync(Pods, list => list.Any(pod => pod.Spec?.String("nodeName") == extra && ReplicaSetTests.IsReady(pod)));
        Assert.Equal(pods.Count, pods.Select(pod => pod.Spec!.String("nodeName")).Distinct().Count());
    }

    [Fact]
    public async Task Node_selector_decides_and_relabelling_moves_pods()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set("\"nodeSelector\":{\"disk\":\"ssd\"},"));
        await cluster.UntilAsync(Sets + "/agent", item => item?.Status?.Integer("observedGeneration") == 1);
        int before = (await cluster.ListAsync(Pods)).Count;

        await cluster.PatchAsync($"/api/v1/nodes/{cluster.Node}", "{\"metadata\":{\"labels\":{\"disk\":\"ssd\"}}}");
        await cluster.UntilListAsync(Pods, pods => pods.Count == 1);
        await cluster.PatchAsync($"/api/v1/nodes/{cluster.Node}", "{\"metadata\":{\"labels\":{\"disk\":null}}}");

        await cluster.UntilListAsync(Pods, pods => pods.Count == 0);
        Assert.Equal(0, before);
    }

    [Fact]
    public async Task Untolerated_taint_keeps_pods_away()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.PatchAsync($"/api/v1/nodes/{cluster.Node}", "{\"spec\":{\"taints\":[{\"key\":\"own\",\"effect\":\"NoSchedule\"}]}}");
        await cluster.CreateAsync(Sets, Set($"\"nodeSelector\":{{\"kubernetes.io/hostname\":\"{cluster.Node}\"}},"));

        // The controller may see the set before it sees the taint; then it corrects itself.
        await cluster.UntilAsync(Sets + "/agent", item => item?.Status?.Integer("observedGeneration") == 1 && item.Value.Status!.Integer("desiredNumberScheduled") == 0);
        await cluster.PatchAsync(Sets + "/agent", "{\"spec\":{\"template\":{\"spec\":{\"tolerations\":[{\"key\":\"own\",\"operator\":\"Exists\"}]}}}}");

        await cluster.UntilAsync(Sets + "/agent", item => item?.Status?.Integer("numberReady") == 1);
    }

    [Fact]
    public async Task New_template_replaces_pods_and_keeps_its_predecessor_as_a_revision()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set());
        await cluster.UntilAsync(Sets + "/agent", item => item?.Status?.Integer("numberAvailable") == 1);

        await cluster.PatchAsync(Sets + "/agent", "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"two\"}]}}}}");
        await cluster.UntilAsync(Sets + "/agent", item => item?.Status?.Integer("updatedNumberScheduled") == 1 && item.Value.Status!.Integer("numberAvailable") == 1 && item.Value.Status!.Integer("observedGeneration") == 2);

        KubeObject pod = Assert.Single(await cluster.ListAsync(Pods));
        Assert.Equal("two", pod.Json.At("spec", "containers")![0]!["image"]!.ToString());
        Assert.Equal(2, (await cluster.ListAsync("/apis/apps/v1/namespaces/NS/controllerrevisions")).Count);
    }

    private static string Set(string spec = "") =>
        $$$"""{"metadata":{"name":"agent"},"spec":{"selector":{"matchLabels":{"app":"agent"} },"template":{"metadata":{"labels":{"app":"agent"} },"spec":{{{{spec}}}"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"one"}]} } } }""";
}
