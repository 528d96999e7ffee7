// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Controllers;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Xunit;
using MemoryCluster = Pelago.TestKit.Client.MemoryCluster;

namespace Pelago.Engine.Tests.Controllers;

public class PodGarbageCollectorTests
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private readonly CompressedTime _time = new(100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}""", "patch status,delete", "Failed", "DeletionByPodGC")]
    [InlineData("""{"phase":"Succeeded"}""", "delete", "Succeeded", null)]
    public async Task Pod_of_a_node_that_is_gone_has_failed_before_it_goes_unless_it_had_ended(string status, string writes, string phase, string? reason)
    {
        var cluster = new MemoryCluster(_time);
        List<string> seen = WatchLast(cluster, out Func<KubeObject?> last);
        cluster.Put(Pods, $$"""{"metadata":{"name":"p","namespace":"ns"},"spec":{"nodeName":"gone"},"status":{{status}}}""");

        await using var run = new ControllerRun(cluster, _time, context => new PodGarbageCollector(context));
        await cluster.WaitForAsync(Pods, "ns", "p", pod => pod is null, Cancel);

        JsonObject? target = Condition(last(), "DisruptionTarget");
        Assert.Equal(writes, string.Join(',', seen));
        Assert.Equal(phase, last()!.Value.Status!.String("phase"));
        Assert.Equal((reason, reason is null ? null : "PodGC: node no longer exists"), (target?.String("reason"), target?.String("message")));
    }

    [Fact]
    public async Task Pod_that_never_had_a_node_goes_as_it_was()
    {
        var cluster = new MemoryCluster(_time);
        List<string> seen = WatchLast(cluster, out _);
        cluster.Put(Pods, """{"metadata":{"name":"p","namespace":"ns","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{},"status":{"phase":"Pending"} }""");

        await using var run = new ControllerRun(cluster, _time, context => new PodGarbageCollector(context));
        await cluster.WaitForAsync(Pods, "ns", "p", pod => pod is null, Cancel);

        Assert.Equal(["delete"], seen);
    }

    [Fact]
    public async Task Job_whose_pod_was_on_a_node_that_is_gone_gets_another_pod()
    {
        await using EngineHost host = await EngineHost.StartAsync(
            new EngineOptions { PlainHttp = true, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        IKubeApi api = host.ApiFor("test");
        await PostAsync(api, new ResourcePath(new GroupVersionResource("", "v1", "serviceaccounts"), "default"), """{"metadata":{"name":"default"} }""");
        await PostAsync(api, new ResourcePath(new GroupVersionResource("batch", "v1", "jobs"), "default"), """
            {"metadata":{"name":"sum"},"spec":{"backoffLimit":0,
              "podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]},
              "template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"one"}]} } } }
            """);
        await using var run = new ControllerRun(api, _time, context => new JobController(context), context => new PodGarbageCollector(context));
        IReadOnlyList<KubeObject> Present() => [.. host.Store.Resource("pods").Current.Scan("default").Select(stored => KubeObject.Parse(stored.Json))];
        await Eventually.TrueAsync(() => Present().Count == 1, Cancel);
        KubeObject first = Present()[0];

        var path = new ResourcePath(Pods, "default", first.Name);
        byte[] running = """{"status":{"phase":"Running"} }"""u8.ToArray();
        (await api.PatchAsync(path with { Subresource = "status" }, PatchType.Merge, running, WriteQuery.None, Cancel)).BodyOrThrow();
        await PostAsync(api, path with { Subresource = "binding" }, """{"target":{"kind":"Node","name":"gone"} }""");

        Assert.True(await Eventually.TrueAsync(() => Present().Any(pod => pod.Uid != first.Uid && !pod.IsDeleting), Cancel));
    }

    /// <summary>The writes about pods, and the pod as it was when it was deleted.</summary>
    private static List<string> WatchLast(MemoryCluster cluster, out Func<KubeObject?> last)
    {
        var seen = new List<string>();
        KubeObject? atDelete = null;
        cluster.Refuse = (verb, path) =>
        {
            if (path.Resource != Pods)
                return null;
            seen.Add($"{verb} {path.Subresource}".TrimEnd());
            if (verb == "delete")
                atDelete = cluster.Find(Pods, path.Namespace, path.Name);
            return null;
        };
        last = () => atDelete;
        return seen;
    }

    private static JsonObject? Condition(KubeObject? pod, string type) =>
        (pod?.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);

    private static async Task PostAsync(IKubeApi api, ResourcePath path, string json) =>
        (await api.CreateAsync(path, Encoding.UTF8.GetBytes(json), WriteQuery.None, Cancel)).BodyOrThrow();
}
