// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Tasks;

/// <summary>Whoever waits for changes is told when a cluster cannot tell of them.</summary>
public sealed class TaskListerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("8", true)]
    [InlineData("7", false)]
    [InlineData("", false)]
    public async Task An_answer_tells_of_a_change_when_it_is_of_another_revision(string revision, bool changed)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            http => http.Response.WriteAsync($$$"""{"kind":"TaskRows","metadata":{"resourceVersion":"{{{revision}}}"},"columns":[],"rows":[],"total":0}"""), tls: false, Cancel);

        Assert.Equal(changed, await ChangedAsync(server));
    }

    [Theory]
    [InlineData(400, "", false)]
    [InlineData(404, """{"type":"ERROR","object":{"kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"too old"}}""", false)]
    [InlineData(404, """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8"}}}""", false)]
    [InlineData(403, """{"type":"ADDED","object":{"metadata":{"name":"web","resourceVersion":"8"}}}""", true)]
    public async Task A_cluster_without_this_api_tells_by_its_pods(int code, string watched, bool changed)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            http =>
            {
                if (http.Request.Path.Value == "/api/v1/pods")
                    return http.Response.WriteAsync(watched + "\n");
                http.Response.StatusCode = code;
                return http.Response.WriteAsync("no");
            },
            tls: false, Cancel);

        Assert.Equal(changed, await ChangedAsync(server));
    }

    private static async Task<bool> ChangedAsync(FakeApiServer server)
    {
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        return await new TaskLister(api, TimeProvider.System).ChangedAsync(new TaskQuery(), "7", Cancel);
    }
}
