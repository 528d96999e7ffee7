// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Controllers;

public class StatefulSetTests
{
    private const string Sets = "/apis/apps/v1/namespaces/NS/statefulsets";
    private const string Pods = "/api/v1/namespaces/NS/pods";

    [Fact]
    public async Task Pods_come_one_after_the_other_with_names_and_claims_of_their_own()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        var order = new ConcurrentQueue<string>();
        cluster.Kubelet.Fate = pod => Seen(order, pod);
        await cluster.CreateAsync(Sets, Set(3, "\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}],"));

        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("readyReplicas") == 3);

        Assert.Equal(["db-0", "db-1", "db-2"], order.Distinct());
        KubeObject? second = await cluster.GetAsync(Pods + "/db-1");
        Assert.Equal(("db-1", "db"), (second!.Value.Spec!.String("hostname"), second.Value.Spec!.String("subdomain")));
        Assert.Equal("data-db-1", second.Value.Json.At("spec", "volumes")!.AsArray().First(volume => volume!["name"]!.ToString() == "data")!["persistentVolumeClaim"]!["claimName"]!.ToString());
        Assert.NotNull(await cluster.GetAsync("/api/v1/namespaces/NS/persistentvolumeclaims/data-db-2"));
    }

    [Fact]
    public async Task Scaling_down_takes_the_highest_first()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set(3));
        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("readyReplicas") == 3);

        await cluster.PatchAsync(Sets + "/db", "{\"spec\":{\"replicas\":1}}");
        List<KubeObject> left = await cluster.UntilListAsync(Pods, pods => pods.Count == 1);

        Assert.Equal("db-0", left[0].Name);
    }

    [Fact]
    public async Task Update_stops_at_the_partition_and_makes_a_revision()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set(3, "\"updateStrategy\":{\"rollingUpdate\":{\"partition\":2}},"));
        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("readyReplicas") == 3);

        await cluster.PatchAsync(Sets + "/db", "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"two\"}]}}}}");
        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("updatedReplicas") == 1 && item.Value.Status!.Integer("readyReplicas") == 3);
        string?[] images = [.. (await cluster.ListAsync(Pods)).OrderBy(pod => pod.Name, StringComparer.Ordinal).Select(pod => pod.Json.At("spec", "containers")![0]!["image"]!.ToString())];
        await cluster.PatchAsync(Sets + "/db", "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}");
        KubeObject? done = await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("currentReplicas") == 3 && item.Value.Status!.String("currentRevision") == item.Value.Status!.String("updateRevision"));

        Assert.Equal(["one", "one", "two"], images);
        Assert.Equal(3, done!.Value.Status!.Integer("updatedReplicas"));
        Assert.Equal(2, (await cluster.ListAsync("/apis/apps/v1/namespaces/NS/controllerrevisions")).Count);
    }

    [Fact]
    public async Task Partition_counts_from_the_first_ordinal()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        await cluster.CreateAsync(Sets, Set(3, "\"ordinals\":{\"start\":5},\"updateStrategy\":{\"rollingUpdate\":{\"partition\":2}},"));
        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("readyReplicas") == 3);
        Dictionary<string, string> before = (await cluster.ListAsync(Pods)).ToDictionary(pod => pod.Name, pod => pod.Uid);

        await cluster.PatchAsync(Sets + "/db", "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"two\"}]}}}}");
        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("updatedReplicas") == 1 && item.Value.Status!.Integer("readyReplicas") == 3);
        // One more change that the set has seen to the end shows that nothing else was replaced in between.
        await cluster.PatchAsync(Sets + "/db", "{\"spec\":{\"minReadySeconds\":0,\"replicas\":4}}");
        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("readyReplicas") == 4);
        List<KubeObject> after = await cluster.ListAsync(Pods);

        Assert.Equal(["db-5", "db-6", "db-7", "db-8"], after.Select(pod => pod.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["db-5", "db-6"], after.Where(pod => before.GetValueOrDefault(pod.Name) == pod.Uid).Select(pod => pod.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Parallel_set_starts_all_at_once()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        cluster.Kubelet.Fate = _ => PodFate.Unready;
        await cluster.CreateAsync(Sets, Set(3, "\"podManagementPolicy\":\"Parallel\","));

        await cluster.UntilListAsync(Pods, pods => pods.Count == 3);
    }

    [Fact]
    public async Task Failed_pod_is_made_again_under_its_name()
    {
        await using ControllerFixture cluster = await ControllerFixture.StartAsync();
        int failures = 1;
        cluster.Kubelet.Fate = _ => Interlocked.Decrement(ref failures) >= 0 ? PodFate.Failed : PodFate.Ready;
        await cluster.CreateAsync(Sets, Set(1));

        await cluster.UntilAsync(Sets + "/db", item => item?.Status?.Integer("readyReplicas") == 1);
        await cluster.UntilEventAsync("RecreatingFailedPod");
    }

    private static PodFate Seen(ConcurrentQueue<string> order, KubeObject pod)
    {
        order.Enqueue(pod.Name);
        return PodFate.Ready;
    }

    private static string Set(int replicas, string more = "") =>
        $$$"""{"metadata":{"name":"db"},"spec":{{{{more}}}"replicas":{{{replicas}}},"serviceName":"db","selector":{"matchLabels":{"app":"db"} },"template":{{{ControllerFixture.Template("db")}}} } }""";
}
