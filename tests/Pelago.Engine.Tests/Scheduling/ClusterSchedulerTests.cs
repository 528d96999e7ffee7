// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Scheduling;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

/// <summary>The scheduler as a client of a cluster, over the API of an engine whose own scheduler runs beside it.</summary>
public sealed class ClusterSchedulerTests : IAsyncLifetime
{
    private const string Mine = "mine";
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");
    private static readonly GroupVersionResource Accounts = new("", "v1", "serviceaccounts");
    private static readonly GroupVersionResource Leases = new("coordination.k8s.io", "v1", "leases");

    private readonly CancellationTokenSource _engineScheduler = new();
    private readonly List<(CancellationTokenSource Stop, Task Task)> _schedulers = [];
    private EngineHost _host = null!;
    private IKubeApi _api = null!;
    private Task _engineScheduling = Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // No controllers: nodes stay as they are made, without a kubelet's heartbeat.
        _host = await EngineHost.StartAsync(new EngineOptions { PlainHttp = true, RunControllers = false }, NullLoggerFactory.Instance, TimeProvider.System, Token);
        _api = _host.ApiFor("test");
        await CreateAsync(Accounts, "default", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""");
        await NodeAsync("a", "31000-31009");
        _engineScheduling = SchedulerLoop.RunAsync(_host.ApiFor("system:kube-scheduler"), new SchedulerOptions(), NullLoggerFactory.Instance, TimeProvider.System, _engineScheduler.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _engineScheduler.CancelAsync();
        await _engineScheduling;
        foreach ((CancellationTokenSource stop, Task task) in _schedulers)
        {
            await stop.CancelAsync();
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
        await _host.DisposeAsync();
        _engineScheduler.Dispose();
    }

    [Fact]
    public async Task Each_scheduler_places_the_pods_that_name_it_and_none_gives_a_port_of_the_other()
    {
        await PodAsync("theirs", "http=31000", "default-scheduler");
        await PodAsync("ours", "http=auto", Mine);
        Assert.Equal("http=31000", await PortsAsync("theirs"));
        Assert.Null((await GetAsync("ours")).Spec!.String("nodeName"));

        Start(_api, "one");

        Assert.Equal("http=31001", await PortsAsync("ours"));
        KubeObject placed = await GetAsync("ours");
        Assert.Equal(("a", "31001"), (placed.Spec!.String("nodeName"), placed.Annotations!.String("host.ports.pelago.dev/http")));
    }

    [Fact]
    public async Task A_gated_pod_is_placed_when_its_last_gate_is_taken_away()
    {
        await CreateAsync(Pods, "default", """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"gated"},"spec":{"schedulingGates":[{"name":"a"},{"name":"b"}],
             "tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i"}]}}
            """);
        var path = new ResourcePath(Pods, "default", "gated");
        byte[] removal = Encoding.UTF8.GetBytes("""[{"op":"remove","path":"/spec/schedulingGates/0"}]""");

        KubeObject half = KubeObject.Parse((await _api.PatchAsync(path, PatchType.Json, removal, WriteQuery.None, Token)).BodyOrThrow());
        (await _api.PatchAsync(path, PatchType.Json, removal, WriteQuery.None, Token)).BodyOrThrow();

        KubeObject placed = await UntilAsync("gated", pod => pod.Spec!.String("nodeName") is { Length: > 0 });
        Assert.Null(half.Spec!.String("nodeName"));
        Assert.Equal("a", placed.Spec!.String("nodeName"));
    }

    [Fact]
    public async Task A_pod_without_room_learns_why_and_is_placed_when_there_is()
    {
        Start(_api, "one");
        await PodAsync("p", "http=32000", Mine);

        KubeObject refused = await UntilAsync("p", pod => pod.Status?.Array("conditions") is { Count: > 0 });
        Assert.Contains("1 node(s) didn't have free ports for the requested pod ports", refused.Status!.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        await NodeAsync("b", "32000-32009");

        Assert.Equal("http=32000", await PortsAsync("p"));
    }

    [Fact]
    public async Task Who_takes_over_knows_every_port_that_was_given()
    {
        Start(_api, "one");
        for (int i = 0; i < 5; i++)
            await PodAsync($"p{i}", "http=auto", Mine);
        for (int i = 0; i < 5; i++)
            await PortsAsync($"p{i}");
        Start(_api, "two");
        Assert.Equal("one", await HolderAsync());

        await _schedulers[0].Stop.CancelAsync();
        await Record.ExceptionAsync(() => _schedulers[0].Task);
        for (int i = 5; i < 10; i++)
            await PodAsync($"p{i}", "http=auto", Mine);

        var given = new List<string>();
        for (int i = 0; i < 10; i++)
            given.Add(await PortsAsync($"p{i}"));
        Assert.Equal(Enumerable.Range(31000, 10).Select(port => $"http={port}"), given.Order(StringComparer.Ordinal));
        Assert.Equal("two", await HolderAsync());
    }

    [Fact]
    public async Task When_one_is_cut_off_from_the_cluster_the_next_goes_on()
    {
        var cut = new CutApi(_api);
        Start(cut, "one");
        await PodAsync("p0", "http=auto", Mine);
        await PortsAsync("p0");
        Start(_api, "two");

        cut.IsCut = true;
        await PodAsync("p1", "http=auto", Mine);

        Assert.Equal(("http=31000", "http=31001"), (await PortsAsync("p0"), await PortsAsync("p1")));
        Assert.Equal("two", await HolderAsync());
    }

    private void Start(IKubeApi api, string identity)
    {
        var election = new LeaderElectionOptions
        {
            Namespace = "default", LeaseName = "scheduler", Identity = identity, LeaseDuration = TimeSpan.FromSeconds(8), RenewDeadline = TimeSpan.FromSeconds(6),
            RetryPeriod = TimeSpan.FromMilliseconds(50),
        };
        var stop = new CancellationTokenSource();
        _schedulers.Add((stop, Task.Run(
            () => ClusterScheduler.RunAsync(api, new SchedulerOptions { SchedulerName = Mine }, election, NullLoggerFactory.Instance, TimeProvider.System, stop.Token), Token)));
    }

    private Task NodeAsync(string name, string window) => CreateAsync(Nodes, "", $$"""
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{name}}","annotations":{"ports.pelago.dev/window":"{{window}}"} },
         "status":{"allocatable":{"cpu":"8","memory":"8Gi","pods":"110"},"capacity":{"cpu":"8","memory":"8Gi","pods":"110"},"conditions":[{"type":"Ready","status":"True"}]} }
        """);

    private Task PodAsync(string name, string ports, string scheduler) => CreateAsync(Pods, "default", $$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","annotations":{"ports.pelago.dev/host":"{{ports}}"} },
         "spec":{"schedulerName":"{{scheduler}}","tolerations":[{"operator":"Exists"}],"containers":[{"name":"c","image":"i"}]} }
        """);

    private async Task CreateAsync(GroupVersionResource resource, string ns, string json) =>
        (await _api.CreateAsync(new ResourcePath(resource, ns), Encoding.UTF8.GetBytes(json), WriteQuery.None, Token)).BodyOrThrow();

    private async Task<KubeObject> GetAsync(string pod) => KubeObject.Parse((await _api.GetAsync(new ResourcePath(Pods, "default", pod), Token)).BodyOrThrow());

    private Task<KubeObject> UntilAsync(string pod, Func<KubeObject, bool> condition) => Eventually.GetAsync(() => GetAsync(pod), condition, Token);

    private async Task<string> PortsAsync(string pod) =>
        (await UntilAsync(pod, found => found.Spec!.String("nodeName") is { Length: > 0 })).Annotations!.String(HostPortAllocation.Annotation)!;

    private async Task<string?> HolderAsync() =>
        KubeObject.Parse((await _api.GetAsync(new ResourcePath(Leases, "default", "scheduler"), Token)).BodyOrThrow()).Spec!.String("holderIdentity");
}
