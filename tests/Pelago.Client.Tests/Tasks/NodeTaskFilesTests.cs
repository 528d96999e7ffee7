// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Tasks;

/// <summary>Whether the nodes of a cluster have agents is what the cluster says, and not what it fails to say.</summary>
public sealed class NodeTaskFilesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, """{"resources":[{"name":"pods/proxy"}]}""", true)]
    [InlineData(200, """{"resources":[{"name":"pods/log"}]}""", false)]
    [InlineData(404, "404 page not found", false)]
    public async Task A_cluster_says_whether_its_nodes_can_be_asked(int code, string body, bool isServed)
    {
        await using FakeApiServer server = await StartAsync(code, body);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        Assert.Equal(isServed, await NodeTaskFiles.IsServedAsync(api, Cancel));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_cluster_that_fails_to_say_is_not_taken_for_one_without_agents(int code)
    {
        await using FakeApiServer server = await StartAsync(code, "not now");
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        ApiStatusException refused = await Assert.ThrowsAsync<ApiStatusException>(() => NodeTaskFiles.IsServedAsync(api, Cancel));

        Assert.Equal(code, refused.Status.Code);
    }

    private static Task<FakeApiServer> StartAsync(int code, string body) => FakeApiServer.StartAsync(
        http =>
        {
            http.Response.StatusCode = code;
            return http.Response.WriteAsync(body);
        },
        tls: false, Cancel);
}
