// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Simulation;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Simulation;

/// <summary>Simulated nodes over a cluster in memory.</summary>
public sealed class SimulatedNodesTests : IAsyncLifetime
{
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly TemporaryDirectory _home = new();
    private SimulatedNodes? _nodes;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _nodes!.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public void Every_node_is_registered_and_ready_with_a_network_of_its_own()
    {
        IReadOnlyList<JsonObject> nodes = _cluster.All("nodes");

        Assert.Equal(["node-1", "node-2", "node-3"], nodes.Select(node => node.Object("metadata")!.String("name")));
        Assert.All(nodes, node => Assert.Contains(
            node.Object("status")!.Array("conditions")!.OfType<JsonObject>(), condition => condition.String("type") == "Ready" && condition.String("status") == "True"));
        Assert.Equal(3, nodes.Select(node => node.Object("spec")!.String("podCIDR")).Distinct().Count());
    }

    [Fact]
    public async Task Every_node_renews_its_lease() =>
        await Eventually.TrueAsync(() => _cluster.All("leases.coordination.k8s.io").Count == 3, Cancel);

    [Fact]
    public async Task A_pod_runs_on_its_node_and_goes_when_it_is_deleted()
    {
        Apply("web", "node-2");

        JsonObject status = await StatusAsync("web", status => status.String("phase") == "Running");
        Assert.StartsWith("240.0.1.", status.String("podIP"), StringComparison.Ordinal);
        Assert.StartsWith("simulated://", MainOf(status).String("containerID"), StringComparison.Ordinal);
        Assert.True(MainOf(status).Boolean("ready"));

        await _cluster.DeleteAsync(new ResourcePath(new GroupVersionResource("", "v1", "pods"), "default", "web"), DeleteQuery.None, Cancel);
        await Eventually.TrueAsync(() => _cluster.Find("pods", "default", "web") is null && _nodes!.PodCount == 0, Cancel);
    }

    [Fact]
    public async Task A_pod_that_is_not_always_restarted_ends_by_itself_after_its_init_containers()
    {
        Apply("job", "node-1", restartPolicy: "Never", annotations: "simulation.pelago.dev/run-seconds: '0.05', simulation.pelago.dev/exit-code: '5'", init: true);

        JsonObject status = await StatusAsync("job", status => status.String("phase") == "Failed");

        Assert.Equal(5, MainOf(status).Object("state")!.Object("terminated")!.Integer("exitCode"));
        Assert.Equal(0, (status.Array("initContainerStatuses")![0] as JsonObject)!.Object("state")!.Object("terminated")!.Integer("exitCode"));
    }

    [Fact]
    public async Task A_crashing_pod_backs_off()
    {
        Apply("crash", "node-1", annotations: "simulation.pelago.dev/failure-rate: '1', simulation.pelago.dev/crash-seconds: '0.01', simulation.pelago.dev/crash-exit-code: '9'");

        JsonObject status = await StatusAsync("crash", status => MainOf(status).Object("state")?.Object("waiting")?.String("reason") == "CrashLoopBackOff");

        Assert.Equal(9, MainOf(status).Object("lastState")!.Object("terminated")!.Integer("exitCode"));
    }

    [Fact]
    public async Task A_probe_of_a_simulated_pod_is_answered_by_its_stages()
    {
        const string Probe = "readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}";
        Apply("ready", "node-1", container: Probe);
        Apply("unready", "node-1", annotations: "simulation.pelago.dev/ready-seconds: '3600'", container: Probe);

        await StatusAsync("ready", status => MainOf(status).Boolean("ready") == true);
        await StatusAsync("unready", status => status.String("phase") == "Running");

        await Eventually.TrueAsync(() => Events("Unhealthy").Any(), Cancel);
        Assert.False(MainOf(_cluster.Find("pods", "default", "unready")!.Object("status")!).Boolean("ready"));
    }

    [Fact]
    public async Task An_annotation_that_says_nothing_is_told_in_an_event()
    {
        Apply("odd", "node-1", annotations: "simulation.pelago.dev/run-seconds: soon");

        await Eventually.TrueAsync(() => Events("SimulationIgnored").Any(message => message.Contains("\"soon\"", StringComparison.Ordinal)), Cancel);
    }

    [Fact]
    public async Task Another_daemon_goes_on_with_the_pods_and_restarts_none()
    {
        Apply("web", "node-3");
        JsonObject before = await StatusAsync("web", status => status.String("phase") == "Running");
        await _nodes!.DisposeAsync();

        await StartAsync();
        Apply("later", "node-3");
        await StatusAsync("later", status => status.String("phase") == "Running");
        await Eventually.TrueAsync(() => _nodes.PodCount == 2, Cancel);

        JsonObject after = _cluster.Find("pods", "default", "web")!.Object("status")!;
        Assert.Equal(before.String("podIP"), after.String("podIP"));
        Assert.Equal(MainOf(before).ToJsonString(), MainOf(after).ToJsonString());
        Assert.NotEqual(after.String("podIP"), _cluster.Find("pods", "default", "later")!.Object("status")!.String("podIP"));
    }

    [Fact]
    public async Task A_node_refuses_what_it_has_no_room_for()
    {
        Apply("big", "node-1", container: "resources: {requests: {cpu: '33'}}");

        JsonObject status = await StatusAsync("big", status => status.String("phase") == "Failed");

        Assert.Equal("OutOfcpu", status.String("reason"));
    }

    [Fact]
    public async Task A_label_that_a_simulated_node_is_given_counts()
    {
        await _cluster.PatchAsync(
            new ResourcePath(new GroupVersionResource("", "v1", "nodes"), "", "node-2"), PatchType.Merge, """{"metadata":{"labels":{"disk":"ssd"}}}"""u8.ToArray(),
            WriteQuery.None, Cancel);

        Apply("selecting", "node-2", spec: "nodeSelector: {disk: ssd}");
        Apply("elsewhere", "node-1", spec: "nodeSelector: {disk: ssd}");

        await StatusAsync("selecting", status => status.String("phase") == "Running");
        Assert.Equal("NodeAffinity", (await StatusAsync("elsewhere", status => status.String("phase") == "Failed")).String("reason"));
    }

    [Fact]
    public async Task The_end_of_a_pod_is_written_for_who_waits_for_it_and_for_nobody_else()
    {
        Apply("web", "node-1");
        Apply("work", "node-1", restartPolicy: "Never", annotations: "simulation.pelago.dev/run-seconds: forever");
        foreach (string name in (string[])["web", "work"])
        {
            await StatusAsync(name, status => status.String("phase") == "Running");
            await _cluster.DeleteAsync(new ResourcePath(new GroupVersionResource("", "v1", "pods"), "default", name), DeleteQuery.None, Cancel);
            await Eventually.TrueAsync(() => _cluster.Find("pods", "default", name) is null, Cancel);
        }

        Assert.NotNull(MainOf(_cluster.Last("pods", "default", "web")!.Object("status")!).Object("state")!.Object("running"));
        Assert.Equal(143, MainOf(_cluster.Last("pods", "default", "work")!.Object("status")!).Object("state")!.Object("terminated")!.Integer("exitCode"));
    }

    private static JsonObject MainOf(JsonObject status) => status.Array("containerStatuses")?[0] as JsonObject ?? [];

    private async Task StartAsync() =>
        _nodes = await SimulatedNodes.StartAsync(3, _home["simulation.json"], _cluster, NullLoggerFactory.Instance, TimeProvider.System, Cancel);

    private IEnumerable<string> Events(string reason) =>
        _cluster.All("events").Where(item => item.String("reason") == reason).Select(item => item.String("message")!);

    private async Task<JsonObject> StatusAsync(string name, Func<JsonObject, bool> condition) => (await Eventually.GetAsync(
        () => Task.FromResult(_cluster.Find("pods", "default", name)?.Object("status")), status => status is not null && condition(status), Cancel))!;

    private void Apply(string name, string node, string restartPolicy = "Always", string annotations = "", string container = "", bool init = false, string spec = "")
    {
        string yaml = $$$"""
            kind: Pod
            metadata: {name: {{{name}}}, namespace: default, annotations: {{{"{" + annotations + "}"}}}}
            spec:
              nodeName: {{{node}}}
              restartPolicy: {{{restartPolicy}}}
              {{{spec}}}
              {{{(init ? "initContainers: [{name: first, image: any}]" : "")}}}
              volumes: [{name: data, configMap: {name: nowhere}}]
              containers:
              - name: main
                image: any
                volumeMounts: [{name: data, mountPath: /data}]
                {{{container}}}
            """;
        Assert.True(YamlReader.TryReadFirst(Encoding.UTF8.GetBytes(yaml), out YamlDocument? document, out string? error), error);
        _cluster.Apply("pods", KubeJson.ParseObject(document.Json));
    }
}
