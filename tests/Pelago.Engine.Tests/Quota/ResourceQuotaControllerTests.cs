// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Quota;

public sealed class ResourceQuotaControllerTests : IAsyncLifetime
{
    private static readonly ResourcePath Quota = new(new GroupVersionResource("", "v1", "resourcequotas"), "default", "rq");
    private static readonly ResourcePath Maps = new(new GroupVersionResource("", "v1", "configmaps"), "default");
    private EngineHost _host = null!;
    private IKubeApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new EngineOptions { PlainHttp = true, RunControllers = false };
        _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        _api = _host.ApiFor("test");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Quota_counts_what_is_there_and_gives_back_what_goes()
    {
        await CreateAsync(Maps, """{"metadata":{"name":"one"} }""");
        await CreateAsync(Quota with { Name = "" }, """{"metadata":{"name":"rq"},"spec":{"hard":{"count/configmaps":"2","pods":"3","count/deployments.apps":"1"}} }""");
        await UntilUsedAsync("""{"count/configmaps":"1","count/deployments.apps":"0","pods":"0"}""");

        await CreateAsync(Maps, """{"metadata":{"name":"two"} }""");
        ApiResult third = await _api.CreateAsync(Maps, Bytes("""{"metadata":{"name":"three"} }"""), WriteQuery.None, TestContext.Current.CancellationToken);
        Assert.Equal(
            "configmaps \"three\" is forbidden: exceeded quota: rq, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2",
            third.Error?.Message);

        (await _api.DeleteAsync(Maps with { Name = "one" }, DeleteQuery.None, TestContext.Current.CancellationToken)).BodyOrThrow();
        await UntilUsedAsync("""{"count/configmaps":"1","count/deployments.apps":"0","pods":"0"}""");
    }

    [Fact]
    public async Task Changed_quota_is_taken_over_into_the_status()
    {
        await CreateAsync(Quota with { Name = "" }, """{"metadata":{"name":"rq"},"spec":{"hard":{"configmaps":"2"}} }""");
        await UntilUsedAsync("""{"configmaps":"0"}""");

        await _api.PatchAsync(Quota, PatchType.Merge, Bytes("""{"spec":{"hard":{"configmaps":null,"secrets":"4"}} }"""), WriteQuery.None, TestContext.Current.CancellationToken);

        await UntilUsedAsync("""{"secrets":"0"}""");
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private async Task CreateAsync(ResourcePath path, string json) =>
        (await _api.CreateAsync(path, Bytes(json), WriteQuery.None, TestContext.Current.CancellationToken)).BodyOrThrow();

    private async Task UntilUsedAsync(string expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        string last = "";
        try
        {
            await foreach (RawWatchEvent change in _api.WatchAsync(Quota with { Name = "" }, ListQuery.Everything, patience.Token))
            {
                JsonObject status = KubeObject.Parse(change.Object).Status ?? [];
                last = status.Object("used")?.ToJsonString() ?? "";
                if (last == expected && status.Object("hard")?.Count == status.Object("used")!.Count)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(expected, last);
        }
    }
}
