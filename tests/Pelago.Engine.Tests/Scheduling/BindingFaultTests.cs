// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Scheduling;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Engine.Tests.Scheduling;

/// <summary>Bindings whose answer says nothing of the pod, as they happen between a scheduler and an API server on another machine.</summary>
public sealed class BindingFaultTests : IAsyncLifetime
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
    private static readonly GroupVersionResource Events = new("", "v1", "events");
    private static readonly GroupVersionResource Nodes = new("", "v1", "nodes");

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryCluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public BindingFaultTests() => _cluster = new MemoryCluster(_clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _cluster.Put(Nodes, """{"metadata":{"name":"a","annotations":{"ports.pelago.dev/window":"31000-31009"} },"status":{"allocatable":{"cpu":"8","memory":"8Gi","pods":"110"} } }""");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task A_pod_whose_binding_was_done_without_an_answer_keeps_its_ports()
    {
        int bindings = 0;
        _cluster.LoseAnswer = (_, path) => path.Subresource == "binding" && Interlocked.Increment(ref bindings) % 2 == 1;
        for (int i = 0; i < 10; i++)
            Pod($"p{i}", "http=auto");
        Start();

        await AdvancingAsync(_cluster.WaitForAsync(Pods, "", "", _ => _cluster.List(Pods).All(IsBound), Token));

        Assert.Equal(Enumerable.Range(31000, 10), _cluster.List(Pods).Select(PortOf).Order());
        Assert.Equal(10, bindings);
    }

    [Fact]
    public async Task A_pod_that_another_scheduler_bound_first_is_left_where_it_is()
    {
        _cluster.Put(Nodes, """{"metadata":{"name":"b","annotations":{"ports.pelago.dev/window":"31000-31009"} },"spec":{"unschedulable":true},"status":{"allocatable":{"cpu":"8","pods":"110"} } }""");
        int bindings = 0;
        _cluster.Refuse = (verb, path) =>
        {
            if (path.Subresource != "binding" || Interlocked.Increment(ref bindings) > 1)
                return null;
            Pod("first", "http=31000", node: "b");
            return ApiStatus.Conflict(Pods.GroupResource, "first", "pod first is already assigned to node \"b\"");
        };
        Pod("first", "http=31000");
        Start();
        await AdvancingAsync(_cluster.WaitForAsync(Pods, "default", "first", pod => IsBound(pod!.Value), Token));

        Pod("second", "http=31000");
        await AdvancingAsync(_cluster.WaitForAsync(Pods, "default", "second", pod => IsBound(pod!.Value), Token));

        Assert.Equal(("b", "a"), (NodeOf("first"), NodeOf("second")));
        Assert.Equal(31000, PortOf(_cluster.Find(Pods, "default", "second")!.Value));
    }

    [Fact]
    public async Task Ports_of_a_binding_that_broke_off_rest_before_they_are_given_again()
    {
        DateTimeOffset? broke = null;
        _cluster.Refuse = (_, path) =>
        {
            if (path.Subresource != "binding" || broke is not null)
                return null;
            broke = _clock.GetUtcNow();
            return ApiStatus.Internal("the database was slow");
        };
        Pod("p", "http=31000");
        Start();

        await AdvancingAsync(_cluster.WaitForAsync(Pods, "default", "p", pod => IsBound(pod!.Value), Token));

        Assert.True(_clock.GetUtcNow() - broke >= TimeSpan.FromSeconds(30), $"{_clock.GetUtcNow() - broke}");
    }

    [Fact]
    public async Task Ports_of_a_binding_of_which_the_cluster_tells_nothing_rest_before_they_are_given_again()
    {
        DateTimeOffset? refused = null;
        _cluster.Refuse = (_, path) =>
        {
            if (path.Subresource != "binding" || refused is not null)
                return null;
            refused = _clock.GetUtcNow();
            return ApiStatus.Conflict(Pods.GroupResource, path.Name);
        };
        _cluster.RefuseGet = path => ApiStatus.Forbidden(path.Resource.GroupResource, path.Name, "pods may not be read");
        Pod("p", "http=31000");
        Start();

        await AdvancingAsync(_cluster.WaitForAsync(Pods, "default", "p", pod => IsBound(pod!.Value), Token));

        Assert.True(_clock.GetUtcNow() - refused >= TimeSpan.FromSeconds(30), $"{_clock.GetUtcNow() - refused}");
    }

    [Fact]
    public async Task A_pod_that_is_gone_when_its_binding_is_refused_gets_no_event()
    {
        _cluster.Refuse = (_, path) =>
        {
            if (path.Subresource != "binding" || path.Name != "gone")
                return null;
            _cluster.Remove(Pods, "default", "gone");
            return ApiStatus.NotFound(Pods.GroupResource, "gone");
        };
        Pod("gone", "http=31000");
        Start();
        await AdvancingAsync(_cluster.WaitForAsync(Pods, "default", "gone", pod => pod is null, Token));

        Pod("next", "http=31000");
        await AdvancingAsync(_cluster.WaitForAsync(Events, "", "", _ => EventsOf("next").Contains("Scheduled"), Token));

        Assert.Empty(EventsOf("gone"));
    }

    [Fact]
    public async Task Ports_that_somebody_wrote_to_a_pod_that_asks_for_none_are_not_taken()
    {
        _cluster.Put(Pods, """
            {"metadata":{"name":"forged","namespace":"default","uid":"forged","annotations":{"ports.pelago.dev/host-allocated":"a=31000-31009"} },"spec":{"nodeName":"a","containers":[{}]},"status":{"phase":"Running"} }
            """);
        Pod("p", "http=10@auto");
        Start();

        await _cluster.WaitForAsync(Pods, "default", "p", pod => IsBound(pod!.Value), Token);
    }

    private static bool IsBound(KubeObject pod) => pod.Spec!.String("nodeName") is { Length: > 0 };

    private static int PortOf(KubeObject pod)
    {
        Assert.True(HostPortAllocation.TryParse(pod.Annotations!.String(HostPortAllocation.Annotation)!, out HostPortAllocation? given));
        int port = given.Ports.Ranges[0].First;
        Assert.Equal($"{port}", pod.Annotations!.String("host.ports.pelago.dev/http"));
        return port;
    }

    private string[] EventsOf(string pod) =>
        [.. _cluster.List(Events).Where(item => item.Json.Object("involvedObject")?.String("name") == pod).Select(item => item.Json.String("reason")!)];

    private string? NodeOf(string pod) => _cluster.Find(Pods, "default", pod)!.Value.Spec!.String("nodeName");

    private void Pod(string name, string ports, string? node = null)
    {
        string place = node is null ? "" : $",\"nodeName\":\"{node}\"";
        string given = node is null ? "" : ",\"ports.pelago.dev/host-allocated\":\"http=31000\"";
        _cluster.Put(
            Pods,
            $$"""{"metadata":{"name":"{{name}}","namespace":"default","uid":"uid-{{name}}","annotations":{"ports.pelago.dev/host":"{{ports}}"{{given}} } },"spec":{"schedulerName":"default-scheduler","containers":[{}]{{place}} },"status":{"phase":"Pending"} }""");
    }

    private void Start() => _running = SchedulerLoop.RunAsync(_cluster, new SchedulerOptions { Seed = 1 }, NullLoggerFactory.Instance, _clock, _stop.Token);

    /// <summary>Lets time pass in steps until it happened: back-offs start at moments that a test cannot know.</summary>
    private async Task AdvancingAsync(Task happens)
    {
        while (!happens.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(happens, Task.Delay(TimeSpan.FromMilliseconds(10), Token)); // the scheduler's own threads need a moment for each second
        }
        await happens;
    }
}
