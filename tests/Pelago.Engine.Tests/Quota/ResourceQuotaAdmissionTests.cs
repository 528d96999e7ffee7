// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Admission;
using Pelago.Engine.Quota;
using Pelago.Engine.Tests.Admission;
using Pelago.Engine.Tests.Authorization;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Quota;

public sealed class ResourceQuotaAdmissionTests : IAsyncDisposable
{
    private readonly IRevisionStore _store = MemoryRevisionStore.Create();
    private readonly ResourceQuotaAdmission _plugin;

    public ResourceQuotaAdmissionTests() => _plugin = new ResourceQuotaAdmission(_store, TimeProvider.System);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Namespace_without_a_quota_is_not_looked_at()
    {
        await QuotaAsync("rq", """{"pods":"1"}""", """{"pods":"0"}""", ns: "other");

        Assert.False(_plugin.Handles(Pod("{}")));
    }

    [Fact]
    public async Task What_fits_is_charged_and_what_does_not_says_how_much_is_left()
    {
        await QuotaAsync("rq", """{"pods":"1","requests.cpu":"500m","limits.memory":"1Gi"}""", """{"pods":"0","requests.cpu":"0","limits.memory":"0"}""");

        Assert.Equal(
            "pods \"p\" is forbidden: exceeded quota: rq, requested: limits.memory=2Gi,requests.cpu=600m, used: limits.memory=0,requests.cpu=0, limited: limits.memory=1Gi,requests.cpu=500m",
            (await _plugin.SendAsync(Pod("""{"requests":{"cpu":"600m"},"limits":{"memory":"2Gi"}}""")))?.Message);
        Assert.Null(await _plugin.SendAsync(Pod("""{"requests":{"cpu":"400m"},"limits":{"memory":"1Gi"}}""")));
        Assert.Equal("""{"limits.memory":"1Gi","pods":"1","requests.cpu":"400m"}""", Used("rq"));
        Assert.Equal(
            "pods \"p\" is forbidden: exceeded quota: rq, requested: limits.memory=1Mi,pods=1,requests.cpu=400m, used: limits.memory=1Gi,pods=1,requests.cpu=400m, limited: limits.memory=1Gi,pods=1,requests.cpu=500m",
            (await _plugin.SendAsync(Pod("""{"requests":{"cpu":"400m"},"limits":{"memory":"1Mi"}}""")))?.Message);
    }

    [Fact]
    public async Task Containers_must_say_what_the_quota_limits()
    {
        await QuotaAsync("rq", """{"pods":"9","requests.cpu":"1","limits.memory":"1Gi"}""", """{"pods":"0","requests.cpu":"0","limits.memory":"0"}""");

        Assert.Equal(
            "pods \"p\" is forbidden: failed quota: rq: must specify limits.memory for: c; requests.cpu for: c", (await _plugin.SendAsync(Pod("{}")))?.Message);
    }

    [Fact]
    public async Task Quota_without_a_status_limits_nothing_yet_and_one_without_usage_everything()
    {
        await _store.PutAsync("resourcequotas", """{"metadata":{"name":"new","namespace":"a"},"spec":{"hard":{"pods":"0"}},"status":{} }""");
        Assert.Null(await _plugin.SendAsync(Pod("{}")));

        await QuotaAsync("half", """{"pods":"5"}""", "{}");
        Assert.Equal("pods \"p\" is forbidden: status unknown for quota: half, resources: pods", (await _plugin.SendAsync(Pod("{}")))?.Message);
    }

    [Fact]
    public async Task Dry_run_is_refused_like_any_other_and_charged_to_nobody()
    {
        await QuotaAsync("rq", """{"pods":"1"}""", """{"pods":"0"}""");

        Assert.Null(await _plugin.SendAsync(Pod("{}") with { DryRun = true }));
        Assert.Equal("""{"pods":"0"}""", Used("rq"));
        await _plugin.SendAsync(Pod("{}"));
        Assert.NotNull(await _plugin.SendAsync(Pod("{}") with { DryRun = true }));
    }

    [Fact]
    public async Task Scoped_quota_is_about_its_pods_only()
    {
        await _store.PutAsync("resourcequotas",
            """{"metadata":{"name":"be","namespace":"a"},"spec":{"hard":{"pods":"0"},"scopes":["BestEffort"]},"status":{"hard":{"pods":"0"},"used":{"pods":"0"}} }""");

        Assert.Null(await _plugin.SendAsync(Pod("""{"requests":{"cpu":"1"}}""")));
        Assert.NotNull(await _plugin.SendAsync(Pod("{}")));
    }

    [Fact]
    public async Task Update_is_charged_for_its_growth()
    {
        await QuotaAsync("rq", """{"services.nodeports":"1","services":"1"}""", """{"services.nodeports":"0","services":"1"}""");
        const string Cluster = """{"metadata":{"name":"s"},"spec":{"type":"ClusterIP","ports":[{}]} }""";
        string node = Cluster.Replace("ClusterIP", "NodePort", StringComparison.Ordinal);

        Assert.Null(await _plugin.SendAsync(Admitted.Update("services", node, Cluster)));
        Assert.Equal("""{"services":"1","services.nodeports":"1"}""", Used("rq"));
        Assert.Null(await _plugin.SendAsync(Admitted.Update("services", Cluster, node)));
        Assert.Null(await _plugin.SendAsync(Admitted.Update("services", node, node)));
        Assert.Equal(
            "services \"s\" is forbidden: exceeded quota: rq, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1",
            (await _plugin.SendAsync(Admitted.Update("services", node, Cluster)))?.Message);
    }

    [Fact]
    public async Task Many_at_once_never_exceed_and_share_their_writes()
    {
        await QuotaAsync("rq", """{"count/configmaps":"20"}""", """{"count/configmaps":"0"}""");
        long before = _store.Revision;

        ApiStatus?[] outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            Task.Run(() => _plugin.SendAsync(Admitted.Create("configmaps", $$"""{"metadata":{"name":"c{{i}}"} }""")))));

        Assert.Equal(20, outcomes.Count(outcome => outcome is null));
        Assert.Equal("""{"count/configmaps":"20"}""", Used("rq"));
        Assert.InRange(_store.Revision - before, 1, 20);
    }

    [Fact]
    public async Task Recalculation_in_between_is_not_overwritten()
    {
        await QuotaAsync("rq", """{"count/configmaps":"100"}""", """{"count/configmaps":"50"}""");

        Task<ApiStatus?>[] charges = [.. Enumerable.Range(0, 20).Select(i => Task.Run(() => _plugin.SendAsync(Admitted.Create("configmaps", $$"""{"metadata":{"name":"c{{i}}"} }"""))))];
        await QuotaAsync("rq", """{"count/configmaps":"100"}""", """{"count/configmaps":"0"}""");
        await Task.WhenAll(charges);

        // each charge came before the recalculation and is lost with it, or after it and counts
        int used = int.Parse(KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(Used("rq"))).String("count/configmaps")!);
        Assert.InRange(used, 0, 20);
    }

    private static AdmissionRequest Pod(string resources) =>
        Admitted.Create("pods", $$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":{{resources}} }]} }""");

    private Task QuotaAsync(string name, string hard, string used, string ns = "a") => _store.PutAsync(
        "resourcequotas",
        $$"""{"metadata":{"name":"{{name}}","namespace":"{{ns}}"},"spec":{"hard":{{hard}} },"status":{"hard":{{hard}},"used":{{used}} } }""");

    private string Used(string name)
    {
        JsonObject status = KubeObject.Parse(_store.Resource("resourcequotas").Current.Get(new ObjectKey("a", name))!.Json).Status!;
        return status.Object("used")!.ToJsonString();
    }
}
