// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Eviction;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Tests.Reviews;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Eviction;

public sealed class PodEvictionTests : IAsyncLifetime
{
    private static readonly ResourcePath Pod = new(new GroupVersionResource("", "v1", "pods"), "default", "p");
    private static readonly ResourcePath Budgets = new(new GroupVersionResource("policy", "v1", "poddisruptionbudgets"), "default");
    private EngineHost _host = null!;
    private IKubeApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new EngineOptions { PlainHttp = true, RunControllers = false };
        _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        _api = _host.ApiFor("test");
        var accounts = new ResourcePath(new GroupVersionResource("", "v1", "serviceaccounts"), "default");
        await SendAsync(_api.CreateAsync, accounts, """{"metadata":{"name":"default"} }""");
        await SendAsync(_api.CreateAsync, Pod with { Name = "" }, """{"metadata":{"name":"p","labels":{"app":"x"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]} }""");
        await RunningAsync(ready: true);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Pod_without_a_budget_is_deleted_gracefully()
    {
        ApiResult result = await EvictAsync("""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":{"gracePeriodSeconds":7} }""");

        Assert.Equal("""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}""", Encoding.UTF8.GetString(result.BodyOrThrow().Span));
        KubeObject pod = await ReadAsync(Pod);
        Assert.True(pod.IsDeleting);
        Assert.Equal(7, pod.Metadata.Integer("deletionGracePeriodSeconds"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"deleteOptions":{"preconditions":{"resourceVersion":"RV"}} }""")]
    public async Task Evicted_pod_says_that_it_was_evicted(string body)
    {
        string version = (await ReadAsync(Pod)).ResourceVersion;

        (await EvictAsync(body.Replace("RV", version, StringComparison.Ordinal))).BodyOrThrow();

        KubeObject pod = await ReadAsync(Pod);
        JsonObject condition = Condition(pod, "DisruptionTarget")!;
        Assert.True(pod.IsDeleting);
        Assert.Equal(("True", "EvictionByEvictionAPI", "Eviction API: evicting"), (condition.String("status"), condition.String("reason"), condition.String("message")));
        Assert.Equal("True", Condition(pod, "Ready")!.String("status"));
    }

    [Fact]
    public async Task Budget_without_room_refuses_with_a_cause()
    {
        await BudgetAsync("b", """{"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":1,"expectedPods":1}""");

        ApiStatus? refused = (await EvictAsync("""{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"p"} }""")).Error;

        Assert.Equal(429, refused?.Code);
        Assert.Equal("Cannot evict pod as it would violate the pod's disruption budget.", refused?.Message);
        Assert.Equal([new StatusCause("DisruptionBudget", "The disruption budget b needs 1 healthy pods and has 1 currently")], refused!.Causes);
        Assert.False((await ReadAsync(Pod)).IsDeleting);
    }

    [Fact]
    public async Task Budget_with_room_pays_for_the_eviction()
    {
        await BudgetAsync("b", """{"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2}""");

        (await EvictAsync("{}")).BodyOrThrow();

        JsonObject status = (await ReadAsync(Budgets with { Name = "b" })).Status!;
        Assert.Equal(0, status.Integer("disruptionsAllowed"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", status.Object("disruptedPods")!.String("p"));
        Assert.True((await ReadAsync(Pod)).IsDeleting);
    }

    [Fact]
    public async Task Dry_run_pays_nothing_and_deletes_nothing()
    {
        await BudgetAsync("b", """{"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2}""");

        (await EvictAsync("{}", dryRun: true)).BodyOrThrow();

        Assert.Equal(1, (await ReadAsync(Budgets with { Name = "b" })).Status!.Integer("disruptionsAllowed"));
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Budget_that_the_controller_has_not_seen_is_still_being_processed()
    {
        await BudgetAsync("b", """{"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2}""", observed: 0);

        ApiStatus? refused = (await EvictAsync("{}")).Error;

        Assert.Equal("The disruption budget b is still being processed by the server.", refused?.Causes[0].Message);
        Assert.Equal(10, refused!.RetryAfterSeconds);
    }

    [Fact]
    public async Task Two_budgets_are_one_too_many()
    {
        await BudgetAsync("b", """{"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2}""");
        await BudgetAsync("c", """{"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2}""");

        ApiStatus? refused = (await EvictAsync("{}")).Error;

        Assert.Equal((500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."), (refused?.Code, refused?.Message));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public async Task Pod_that_is_not_ready_costs_nothing_while_the_budget_is_met(int healthy, bool evicted)
    {
        await RunningAsync(ready: false);
        await BudgetAsync("b", $$"""{"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":{{healthy}},"expectedPods":2}""");

        Assert.Equal(evicted, (await EvictAsync("{}")).IsSuccess);
    }

    [Fact]
    public async Task Pod_that_became_ready_meanwhile_is_not_spared_its_budget()
    {
        await RunningAsync(ready: false);
        await BudgetAsync("b", """{"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":1,"expectedPods":2}""");

        ApiStatus? refused = (await EvictAfterAsync(() => RunningAsync(ready: true))).Error;

        Assert.Equal((429, 10), (refused?.Code, refused?.RetryAfterSeconds));
        Assert.Equal("The disruption budget b is still being processed by the server.", refused!.Causes[0].Message);
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Pod_that_stays_after_all_does_not_say_that_it_was_evicted()
    {
        await RunningAsync(ready: false);
        await BudgetAsync("b", "{\"disruptionsAllowed\":0,\"desiredHealthy\":1,\"currentHealthy\":1,\"expectedPods\":2}");

        ApiStatus? refused = (await EvictAfterAsync(() => RunningAsync(ready: true), write: 2)).Error;

        KubeObject pod = await ReadAsync(Pod);
        Assert.Equal(429, refused?.Code);
        Assert.False(pod.IsDeleting);
        Assert.NotEqual("True", Condition(pod, "DisruptionTarget")?.String("status"));
    }

    [Fact]
    public async Task Pod_that_started_meanwhile_is_judged_again_by_its_budget()
    {
        await RunningAsync(ready: false, "Pending");
        await BudgetAsync("b", """{"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":1,"expectedPods":2}""");

        ApiStatus? refused = (await EvictAfterAsync(() => RunningAsync(ready: true))).Error;

        Assert.Equal("The disruption budget b needs 1 healthy pods and has 1 currently", refused?.Causes[0].Message);
        await AssertUntouchedAsync();
    }

    [Fact]
    public async Task Pod_that_has_not_started_goes_without_its_budget()
    {
        await RunningAsync(ready: false, "Pending");
        await BudgetAsync("b", """{"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":0,"expectedPods":2}""");

        (await EvictAsync("{}")).BodyOrThrow();

        Assert.True((await ReadAsync(Pod)).IsDeleting);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"other"} }""", 400, "name in URL does not match name in Eviction object")]
    [InlineData("""{"deleteOptions":{"preconditions":{"uid":"old"}} }""", 409, null)]
    public async Task Request_about_another_pod_is_refused(string body, int code, string? message)
    {
        ApiStatus? refused = (await EvictAsync(body)).Error;

        Assert.Equal(code, refused?.Code);
        if (message is not null)
            Assert.Equal(message, refused!.Message);
    }

    [Fact]
    public async Task Missing_pod_is_not_found() =>
        Assert.Equal("pods \"gone\" not found", (await SendAsync(_api.CreateAsync, Pod with { Name = "gone", Subresource = "eviction" }, "{}")).Error?.Message);

    private Task<ApiResult> EvictAsync(string body, bool dryRun = false) => _api.CreateAsync(
        Pod with { Subresource = "eviction" }, Encoding.UTF8.GetBytes(body), new WriteQuery { DryRun = dryRun }, TestContext.Current.CancellationToken);

    /// <summary>Evicts the pod, to which something happens between what is read of it and a write.</summary>
    private async Task<ResourceResult> EvictAfterAsync(Func<Task> meanwhile, int write = 1) => await new PodEviction(
        _host.Store, new InterruptedApi(_api, write, meanwhile), TimeProvider.System).PostAsync(UserInfo.System("test"), "{}", Pod.Namespace, Pod.Name);

    private async Task AssertUntouchedAsync()
    {
        KubeObject pod = await ReadAsync(Pod);
        Assert.False(pod.IsDeleting);
        Assert.Null(Condition(pod, "DisruptionTarget"));
    }

    private static JsonObject? Condition(KubeObject pod, string type) =>
        (pod.Status?.Array("conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == type);

    private async Task BudgetAsync(string name, string status, int observed = 1)
    {
        var budget = KubeObject.Parse((await SendAsync(
            _api.CreateAsync, Budgets, $$"""{"metadata":{"name":"{{name}}"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"x"} } } }""")).BodyOrThrow());
        budget.Json["status"] = KubeJson.ParseObject(Encoding.UTF8.GetBytes(status));
        budget.Status!["observedGeneration"] = observed;
        (await SendAsync(_api.UpdateAsync, Budgets with { Name = name, Subresource = "status" }, budget.Json.ToJsonString())).BodyOrThrow();
    }

    private async Task RunningAsync(bool ready, string phase = "Running")
    {
        KubeObject pod = await ReadAsync(Pod);
        pod.Json["status"] = new JsonObject
        {
            ["phase"] = phase, ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False" }),
        };
        (await SendAsync(_api.UpdateAsync, Pod with { Subresource = "status" }, pod.Json.ToJsonString())).BodyOrThrow();
    }

    private async Task<KubeObject> ReadAsync(ResourcePath path) => KubeObject.Parse((await _api.GetAsync(path, TestContext.Current.CancellationToken)).BodyOrThrow());

    private static Task<ApiResult> SendAsync(Func<ResourcePath, ReadOnlyMemory<byte>, WriteQuery, CancellationToken, Task<ApiResult>> verb, ResourcePath path, string json) =>
        verb(path, Encoding.UTF8.GetBytes(json), WriteQuery.None, TestContext.Current.CancellationToken);
}
