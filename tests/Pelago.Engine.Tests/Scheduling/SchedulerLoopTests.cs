// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Scheduling;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

public sealed class SchedulerLoopTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly GroupVersionResource Claims = new("", "v1", "persistentvolumeclaims");
    private static readonly GroupVersionResource Volumes = new("", "v1", "persistentvolumes");
    private static readonly GroupVersionResource StorageClasses = new("storage.k8s.io", "v1", "storageclasses");

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryCluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public SchedulerLoopTests() => _cluster = new MemoryCluster(_clock);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task A_pod_is_bound_and_an_event_says_so()
    {
        Node("a", "4");
        Pod("p", "1");
        Start();

        KubeObject bound = await BoundAsync("p");

        Assert.Equal("a", bound.Spec!.String("nodeName"));
        KubeObject said = await EventAsync("Scheduled");
        Assert.Equal("Successfully assigned default/p to a", said.Json.String("message"));
        Assert.Equal("default-scheduler", said.Json.Object("source")!.String("component"));
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_says_why_and_is_placed_when_a_node_comes()
    {
        Node("a", "1");
        Pod("p", "2");
        Start();

        KubeObject refused = await PodAsync("p", pod => Condition(pod) is not null);
        Assert.Equal(
            ("False", "Unschedulable", "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."),
            (Condition(refused)!.String("status"), Condition(refused)!.String("reason"), Condition(refused)!.String("message")));
        Assert.Equal("Warning", (await EventAsync("FailedScheduling")).Json.String("type"));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Node("b", "4");

        Assert.Equal("b", (await BoundAsync("p")).Spec!.String("nodeName"));
    }

    [Fact]
    public async Task Other_schedulers_and_gated_pods_are_left_alone()
    {
        Node("a", "4");
        Pod("other", "1", ",\"schedulerName\":\"mine\"");
        Pod("gated", "1", ",\"schedulingGates\":[{\"name\":\"g\"}]");
        Pod("p", "1");
        Start();

        await BoundAsync("p");
        Assert.Null(_cluster.Find(Pods, "default", "other")!.Value.Spec!.String("nodeName"));
        Assert.Null(_cluster.Find(Pods, "default", "gated")!.Value.Spec!.String("nodeName"));
        Pod("gated", "1");

        await BoundAsync("gated");
    }

    [Fact]
    public async Task Pods_may_name_it_by_another_of_its_names()
    {
        Node("a", "4");
        Pod("p", "1", ",\"schedulerName\":\"pelago\"");
        _running = SchedulerLoop.RunAsync(_cluster, new SchedulerOptions { OtherNames = ["pelago"] }, NullLoggerFactory.Instance, _clock, _stop.Token);

        await BoundAsync("p");

        Assert.Equal("default-scheduler", (await EventAsync("Scheduled")).Json.Object("source")!.String("component"));
    }

    [Fact]
    public async Task A_refused_binding_is_tried_again_and_its_place_is_given_back()
    {
        Node("a", "1");
        Pod("p", "1");
        int refusals = 0;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Refuse = (verb, path) =>
        {
            if (path.Subresource != "binding" || Interlocked.Increment(ref refusals) > 1)
                return null;
            refused.SetResult();
            return ApiStatus.Internal("no");
        };
        Start();

        await refused.Task.WaitAsync(Token);
        KubeObject bound = await AdvancingAsync(() => BoundAsync("p"));

        Assert.Equal("a", bound.Spec!.String("nodeName"));
    }

    [Fact]
    public async Task A_more_important_pod_takes_the_place_of_a_lesser_one()
    {
        Node("a", "1");
        Pod("low", "1");
        Start();
        await BoundAsync("low");
        await EventAsync("Scheduled");

        // Names of events hold the time, so the second one about the same pod needs another.
        _clock.Advance(TimeSpan.FromSeconds(1));
        Pod("high", "1", ",\"priority\":100");

        await _cluster.WaitForAsync(Pods, "default", "low", pod => pod is null, Token);
        Assert.Equal("a", (await PodAsync("high", pod => pod.Status?.String("nominatedNodeName") is not null)).Status!.String("nominatedNodeName"));
        Assert.Equal("a", (await AdvancingAsync(() => BoundAsync("high"))).Spec!.String("nodeName"));
        Assert.StartsWith("Preempted by pod ", (await EventAsync("Preempted")).Json.String("message"));
    }

    [Fact]
    public async Task A_claim_that_waits_for_its_consumer_learns_the_node_and_the_pod_waits_for_the_volume()
    {
        Node("a", "1");
        Node("b", "1");
        _cluster.Put(StorageClasses, """{"metadata":{"name":"local"},"provisioner":"kubernetes.io/no-provisioner","volumeBindingMode":"WaitForFirstConsumer"}""");
        _cluster.Put(Volumes, """
            {"metadata":{"name":"v"},"spec":{"storageClassName":"local","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],
             "nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"name","operator":"In","values":["b"]}]}]}}},"status":{"phase":"Available"}}
            """);
        _cluster.Put(Claims, """
            {"metadata":{"name":"c","namespace":"default"},"spec":{"storageClassName":"local","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"500Mi"}}},"status":{"phase":"Pending"}}
            """);
        Pod("p", "1", ",\"volumes\":[{\"name\":\"d\",\"persistentVolumeClaim\":{\"claimName\":\"c\"}}]");
        Start();

        KubeObject? claim = await _cluster.WaitForAsync(Claims, "default", "c", item => item?.Annotations?.String("volume.kubernetes.io/selected-node") == "b", Token);
        KubeObject? volume = await _cluster.WaitForAsync(Volumes, "", "v", item => item?.Spec?.Object("claimRef") is not null, Token);
        Assert.Equal(claim!.Value.Uid, volume!.Value.Spec!.Object("claimRef")!.String("uid"));
        Assert.Null(_cluster.Find(Pods, "default", "p")!.Value.Spec!.String("nodeName"));

        _cluster.Put(Claims, $$"""{"metadata":{"name":"c","namespace":"default","uid":"{{claim.Value.Uid}}" },"spec":{"storageClassName":"local","volumeName":"v"},"status":{"phase":"Bound"} }""");

        Assert.Equal("b", (await BoundAsync("p")).Spec!.String("nodeName"));
    }

    [Fact]
    public async Task A_missing_claim_is_named()
    {
        Node("a", "1");
        Pod("p", "1", ",\"volumes\":[{\"name\":\"d\",\"persistentVolumeClaim\":{\"claimName\":\"c\"}}]");
        Start();

        KubeObject refused = await PodAsync("p", pod => Condition(pod) is not null);

        Assert.StartsWith("0/1 nodes are available: persistentvolumeclaim \"c\" not found. preemption: ", Condition(refused)!.String("message"));
    }

    [Fact]
    public async Task A_claim_that_was_not_made_for_the_ephemeral_volume_of_a_pod_is_not_taken_for_it()
    {
        Node("a", "1");
        _cluster.Put(Claims, """
            {"metadata":{"name":"p-d","namespace":"default","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"of-another","controller":true}]},
             "spec":{"volumeName":"v"},"status":{"phase":"Bound"}}
            """);
        Pod("p", "1", ",\"volumes\":[{\"name\":\"d\",\"ephemeral\":{\"volumeClaimTemplate\":{\"spec\":{}}}}]");
        Start();

        KubeObject refused = await PodAsync("p", pod => Condition(pod) is not null);

        Assert.StartsWith(
            "0/1 nodes are available: PVC default/p-d was not created for pod default/p (pod is not owner). preemption: ", Condition(refused)!.String("message"));
    }

    [Fact]
    public async Task Many_pods_are_spread_without_overcommitting_any_node()
    {
        for (int i = 0; i < 20; i++)
            Node($"n{i}", "10");
        for (int i = 0; i < 250; i++)
            Pod($"p{i}", "1");
        Start();

        await _cluster.WaitForAsync(Pods, "", "", _ => BoundCount() == 200, Token);

        Assert.All(
            _cluster.List(Pods).Select(pod => pod.Spec!.String("nodeName")).Where(node => node is not null).CountBy(node => node!), pair => Assert.Equal(10, pair.Value));
    }

    [Fact]
    public async Task After_a_restart_the_ports_that_are_taken_are_those_of_living_pods()
    {
        Node("a", "100");
        for (int i = 0; i < 20; i++)
            Pod($"p{i}", "1", ports: "http=auto, data=2@auto-contiguous");
        Start();
        await _cluster.WaitForAsync(Pods, "", "", _ => BoundCount() == 20, Token);

        // As a crash would have it: nothing is said of what the scheduler knew.
        await _stop.CancelAsync();
        await _running;
        _cluster.Remove(Pods, "default", "p0");
        for (int i = 20; i < 40; i++)
            Pod($"p{i}", "1", ports: "http=auto, data=2@auto-contiguous");
        using var again = new CancellationTokenSource();
        _running = SchedulerLoop.RunAsync(_cluster, new SchedulerOptions { Seed = 2 }, NullLoggerFactory.Instance, _clock, again.Token);
        await _cluster.WaitForAsync(Pods, "", "", _ => BoundCount() == 39, Token);
        await again.CancelAsync();

        int[] given = [.. _cluster.List(Pods).SelectMany(PortsOf)];
        Assert.Equal(39 * 3, given.Length);
        Assert.Equal(given.Length, given.Distinct().Count());
        Assert.All(given, port => Assert.InRange(port, 31000, 31000 + (39 * 3) + 3));
    }

    [Fact]
    public async Task A_pod_without_free_ports_waits_until_ports_have_rested()
    {
        Node("a", "100", "31000-31000");
        Pod("first", "1", ports: "http=auto");
        Start();
        await BoundAsync("first");
        Pod("second", "1", ports: "http=auto");

        KubeObject refused = await PodAsync("second", pod => Condition(pod) is not null);
        Assert.StartsWith("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", Condition(refused)!.String("message"));
        DateTimeOffset freed = _clock.GetUtcNow();
        _cluster.Remove(Pods, "default", "first");

        KubeObject bound = await AdvancingAsync(() => BoundAsync("second"));
        Assert.Equal([31000], PortsOf(bound));
        Assert.True(_clock.GetUtcNow() - freed >= TimeSpan.FromSeconds(30));
    }

    private static int[] PortsOf(KubeObject pod)
    {
        Assert.True(HostPortAllocation.TryParse(pod.Annotations!.String(HostPortAllocation.Annotation)!, out HostPortAllocation? given));
        return [.. given.Ports.Ranges.ToArray().SelectMany(range => Enumerable.Range(range.First, range.Count))];
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static JsonObject? Condition(KubeObject pod) =>
        pod.Status?.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "PodScheduled");

    private int BoundCount() => _cluster.List(Pods).Count(pod => pod.Spec!.String("nodeName") is not null);

    private void Start() =>
        _running = SchedulerLoop.RunAsync(_cluster, new SchedulerOptions { Seed = 1 }, NullLoggerFactory.Instance, _clock, _stop.Token);

    private void Node(string name, string cpu, string window = "31000-32000") => _cluster.Put(
        Nodes, $$"""{"metadata":{"name":"{{name}}","labels":{"name":"{{name}}"},"annotations":{"ports.pelago.dev/window":"{{window}}"} },"status":{"allocatable":{"cpu":"{{cpu}}","memory":"8Gi","pods":"110"} } }""");

    private void Pod(string name, string cpu, string more = "", string? ports = null)
    {
        string annotations = ports is null ? "" : $$""","annotations":{"ports.pelago.dev/host":"{{ports}}"} """;
        string scheduler = more.Contains("schedulerName", StringComparison.Ordinal) ? "" : ",\"schedulerName\":\"default-scheduler\"";
        _cluster.Put(
            Pods,
            $$"""{"metadata":{"name":"{{name}}","namespace":"default","uid":"uid-{{name}}"{{annotations}} },"spec":{"containers":[{"resources":{"requests":{"cpu":"{{cpu}}"} } }]{{more}}{{scheduler}} },"status":{"phase":"Pending"} }""");
    }

    private async Task<KubeObject> PodAsync(string name, Func<KubeObject, bool> condition) =>
        (await _cluster.WaitForAsync(Pods, "default", name, pod => pod is { } present && condition(present), Token))!.Value;

    private Task<KubeObject> BoundAsync(string name) => PodAsync(name, pod => pod.Spec!.String("nodeName") is not null);

    private async Task<KubeObject> EventAsync(string reason)
    {
        await _cluster.WaitForAsync(Events, "", "", _ => _cluster.List(Events).Any(item => item.Json.String("reason") == reason), Token);
        return _cluster.List(Events).First(item => item.Json.String("reason") == reason);
    }

    /// <summary>Lets time pass in steps until it happened: back-offs start at moments that a test cannot know.</summary>
    private async Task<KubeObject> AdvancingAsync(Func<Task<KubeObject>> happens)
    {
        Task<KubeObject> done = happens();
        while (!done.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(10), Token));
        }

        return await done;
    }
}
