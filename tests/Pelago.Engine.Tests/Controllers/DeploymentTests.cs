// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class DeploymentTests
{
    private const string Deployments = "/apis/apps/v1/namespaces/NS/deployments";
    private const string Web = Deployments + "/web";
    private const string Sets = "/apis/apps/v1/namespaces/NS/replicasets";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Deployment_becomes_available_with_the_words_that_kubectl_reads()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, Web3());

        KubeObject? web = await cluster.UntilAsync(Web, IsRolledOut);

        KubeObject set = Assert.Single(await cluster.ListAsync(Sets));
        Assert.Equal("1", web!.Value.Annotations!.String("deployment.kubernetes.io/revision"));
        Assert.Equal("1", set.Annotations!.String("deployment.kubernetes.io/revision"));
        Assert.Equal("3", set.Annotations!.String("deployment.kubernetes.io/desired-replicas"));
        Assert.Equal($"web-{set.Labels!.String("pod-template-hash")}", set.Name);
        Assert.Equal(("True", "MinimumReplicasAvailable", "Deployment has minimum availability."), Condition(web, "Available"));
        Assert.Equal(("True", "NewReplicaSetAvailable", $"ReplicaSet \"{set.Name}\" has successfully progressed."), Condition(web, "Progressing"));
        List<KubeObject> events = await cluster.UntilEventAsync("ScalingReplicaSet");
        Assert.Contains(events, item => item.Json.String("message") == $"Scaled up replica set {set.Name} from 0 to 3");
    }

    [Fact]
    public async Task New_template_rolls_out_and_the_old_one_rolls_back_as_a_new_revision()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, Web3());
        await cluster.UntilAsync(Web, IsRolledOut);

        await cluster.PatchAsync(Web, Image("two"));
        await cluster.UntilAsync(Web, item => IsRolledOut(item) && item!.Value.Annotations!.String("deployment.kubernetes.io/revision") == "2");
        List<KubeObject> pods = await cluster.UntilListAsync(Pods, list => list.Count == 3);
        await cluster.PatchAsync(Web, Image("one"));
        await cluster.UntilAsync(Web, item => IsRolledOut(item) && item!.Value.Annotations!.String("deployment.kubernetes.io/revision") == "3");

        List<KubeObject> sets = await cluster.ListAsync(Sets);
        Assert.All(pods, pod => Assert.Equal("two", pod.Json.At("spec", "containers")![0]!["image"]!.ToString()));
        Assert.Equal(2, sets.Count);
        KubeObject again = Assert.Single(sets, set => set.Spec!.Integer("replicas") == 3);
        Assert.Equal("1", again.Annotations!.String("deployment.kubernetes.io/revision-history"));
    }

    [Fact]
    public async Task Rollout_keeps_within_surge_and_unavailability()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, Web3("\"strategy\":{\"rollingUpdate\":{\"maxSurge\":1,\"maxUnavailable\":0}},"));
        await cluster.UntilAsync(Web, IsRolledOut);
        cluster.Kubelet.Fate = pod => pod.Json.At("spec", "containers")![0]!["image"]!.ToString() == "bad" ? PodFate.Unready : PodFate.Ready;

        await cluster.PatchAsync(Web, Image("bad"));
        KubeObject? stuck = await cluster.UntilAsync(Web, item => item?.Status?.Integer("updatedReplicas") == 1 && item.Value.Status!.Integer("unavailableReplicas") == 1);

        Assert.Equal(4, stuck!.Value.Status!.Integer("replicas"));
        Assert.Equal(3, stuck.Value.Status!.Integer("availableReplicas"));
    }

    [Fact]
    public async Task Rollout_that_gets_nowhere_exceeds_its_deadline()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Unready;
        await cluster.CreateAsync(Deployments, Web3("\"progressDeadlineSeconds\":1,"));

        KubeObject? late = await cluster.UntilAsync(Web, item => Condition(item, "Progressing").Reason == "ProgressDeadlineExceeded");

        KubeObject set = Assert.Single(await cluster.ListAsync(Sets));
        Assert.Equal(("False", "ProgressDeadlineExceeded", $"ReplicaSet \"{set.Name}\" has timed out progressing."), Condition(late, "Progressing"));
    }

    [Fact]
    public async Task Paused_deployment_scales_and_does_not_roll_out()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, Web3());
        await cluster.UntilAsync(Web, IsRolledOut);

        await cluster.PatchAsync(Web, "{\"spec\":{\"paused\":true}}");
        await cluster.UntilAsync(Web, item => Condition(item, "Progressing").Reason == "DeploymentPaused");
        await cluster.PatchAsync(Web, "{\"spec\":{\"replicas\":5,\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"two\"}]}}}}");
        await cluster.UntilAsync(Web, item => item?.Status?.Integer("availableReplicas") == 5);
        int setsWhilePaused = (await cluster.ListAsync(Sets)).Count;
        await cluster.PatchAsync(Web, "{\"spec\":{\"paused\":null}}");
        await cluster.UntilAsync(Web, item => IsRolledOut(item) && item!.Value.Status!.Integer("updatedReplicas") == 5);

        Assert.Equal(1, setsWhilePaused);
        Assert.Equal(2, (await cluster.ListAsync(Sets)).Count);
    }

    [Fact]
    public async Task Recreate_waits_until_the_last_old_pod_is_gone()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, Web3("\"strategy\":{\"type\":\"Recreate\"},"));
        await cluster.UntilAsync(Web, IsRolledOut);

        cluster.Kubelet.Finishes = false;
        await cluster.PatchAsync(Web, Image("two"));
        List<KubeObject> pods = await cluster.UntilListAsync(Pods, list => list.All(pod => pod.IsDeleting));
        int setsMeanwhile = (await cluster.ListAsync(Sets)).Count;
        cluster.Kubelet.Finishes = true;
        cluster.Kubelet.Reconsider();
        await cluster.UntilAsync(Web, item => IsRolledOut(item) && item!.Value.Annotations!.String("deployment.kubernetes.io/revision") == "2");

        Assert.Equal(3, pods.Count);
        Assert.Equal(1, setsMeanwhile);
    }

    [Fact]
    public async Task History_keeps_only_as_many_sets_as_asked_for()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Deployments, Web3("\"revisionHistoryLimit\":1,"));
        await cluster.UntilAsync(Web, IsRolledOut);
        for (int revision = 2; revision <= 4; revision++)
        {
            await cluster.PatchAsync(Web, Image($"v{revision}"));
            await cluster.UntilAsync(Web, item => IsRolledOut(item) && item!.Value.Annotations!.String("deployment.kubernetes.io/revision") == revision.ToString());
        }

        await cluster.UntilListAsync(Sets, sets => sets.Count == 2);
    }

    internal static string Web3(string more = "") =>
        $$$"""{"metadata":{"name":"web","labels":{"app":"web"} },"spec":{{{{more}}}"replicas":3,"selector":{"matchLabels":{"app":"web"} },"template":{{{ControllerFixture.Template("web")}}} } }""";

    internal static bool IsRolledOut(KubeObject? item) =>
        item is { } web && web.Status is { } status && status.Integer("observedGeneration") == web.Generation
        && status.Integer("updatedReplicas") == web.Spec!.Integer("replicas") && status.Integer("replicas") == web.Spec!.Integer("replicas")
        && status.Integer("availableReplicas") == web.Spec!.Integer("replicas") && Condition(item, "Progressing").Reason == "NewReplicaSetAvailable";

    private static string Image(string image) => $$$"""{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"{{{image}}}"}]} } } }""";

    private static (string? Status, string? Reason, string? Message) Condition(KubeObject? item, string type)
    {
        JsonObject? condition = (item?.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(each => each.String("type") == type);
        return (condition?.String("status"), condition?.String("reason"), condition?.String("message"));
    }
}
