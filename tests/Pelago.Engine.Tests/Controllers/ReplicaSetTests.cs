// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class ReplicaSetTests
{
    private const string Sets = "/apis/apps/v1/namespaces/NS/replicasets";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Set_gets_its_pods_and_reports_them()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set("web", 3));

        KubeObject? set = await cluster.UntilAsync(Sets + "/web", item => item?.Status?.Integer("availableReplicas") == 3);

        Assert.Equal(3, set!.Value.Status!.Integer("replicas"));
        Assert.Equal(3, set.Value.Status!.Integer("fullyLabeledReplicas"));
        Assert.Equal(set.Value.Generation, set.Value.Status!.Integer("observedGeneration"));
        Assert.All(await cluster.ListAsync(Pods), pod => Assert.StartsWith("web-", pod.Name, StringComparison.Ordinal));
        await cluster.UntilEventAsync("SuccessfulCreate");
    }

    [Fact]
    public async Task Deleted_pod_is_replaced_and_surplus_ones_go()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set("web", 2));
        List<KubeObject> first = await cluster.UntilListAsync(Pods, pods => pods.Count == 2 && pods.All(IsReady));

        await cluster.DeleteAsync($"{Pods}/{first[0].Name}");
        await cluster.UntilListAsync(Pods, pods => pods.Count == 2 && pods.All(pod => pod.Name != first[0].Name) && pods.All(IsReady));
        await cluster.PatchAsync(Sets + "/web", "{\"spec\":{\"replicas\":1}}");

        await cluster.UntilListAsync(Pods, pods => pods.Count == 1);
    }

    [Fact]
    public async Task Matching_orphan_is_adopted_and_a_relabelled_pod_is_released()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Pods, $"{{\"metadata\":{{\"name\":\"stray\",\"labels\":{{\"app\":\"web\"}}}},\"spec\":{{\"containers\":[{{\"name\":\"main\",\"image\":\"one\"}}]}}}}");
        KubeObject set = await cluster.CreateAsync(Sets, Set("web", 2));

        await cluster.UntilAsync(Pods + "/stray", pod => OwnerUid(pod) == set.Uid);
        await cluster.UntilListAsync(Pods, pods => pods.Count == 2);
        await cluster.PatchAsync(Pods + "/stray", "{\"metadata\":{\"labels\":{\"app\":\"free\"}}}");

        await cluster.UntilAsync(Pods + "/stray", pod => OwnerUid(pod) is null);
        await cluster.UntilListAsync(Pods, pods => pods.Count == 3);
    }

    [Fact]
    public async Task Replication_controller_keeps_pods_too()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync("/api/v1/namespaces/NS/replicationcontrollers", $"{{\"metadata\":{{\"name\":\"rc\"}},\"spec\":{{\"replicas\":2,\"selector\":{{\"app\":\"rc\"}},\"template\":{ControllerFixture.Template("rc")}}}}}");

        await cluster.UntilAsync("/api/v1/namespaces/NS/replicationcontrollers/rc", item => item?.Status?.Integer("readyReplicas") == 2);
    }

    internal static string Set(string name, int replicas) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"replicas":{{{replicas}}},"selector":{"matchLabels":{"app":"{{{name}}}"} },"template":{{{ControllerFixture.Template(name)}}} } }""";

    internal static bool IsReady(KubeObject pod) =>
        !pod.IsDeleting && (pod.Status?.Array("conditions") ?? []).OfType<JsonObject>().Any(condition => condition.String("type") == "Ready" && condition.String("status") == "True");

    internal static string? OwnerUid(KubeObject? item) => (item?.OwnerReferences ?? []).OfType<JsonObject>().FirstOrDefault()?.String("uid");
}
