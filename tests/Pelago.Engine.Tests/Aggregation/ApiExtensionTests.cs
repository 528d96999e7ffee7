// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Tests.Certificates;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Aggregation;

public sealed class ApiExtensionTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _home = new();
    private EngineHost _host = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var list = new JsonObject
        {
            ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = "past.example/v1",
            ["resources"] = new JsonArray(new JsonObject { ["name"] = "things", ["singularName"] = "thing", ["namespaced"] = true, ["kind"] = "Thing", ["verbs"] = new JsonArray("get", "list") }),
        };
        string tokens = Path.Combine(_home.Path, "tokens.csv");
        await File.WriteAllTextAsync(tokens, "all,admin,1,\"system:masters\"\nnone,nobody,2\n", Cancel);
        var options = new EngineOptions
        {
            StateDirectory = Path.Combine(_home.Path, "state"), Durability = EngineDurability.Fast, RunControllers = false, PlainHttp = true, TokenFile = tokens, Extensions = [new ApiExtension(new GroupVersion("past.example", "v1"), list, AnswerAsync)],
        };
        _host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, Cancel);
        _http = new HttpClient { BaseAddress = _host.Server, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "all") } };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        _home.Dispose();
    }

    [Theory]
    [InlineData("things", "list||things||")]
    [InlineData("namespaces/a/things", "list|a|things||")]
    [InlineData("namespaces/a/things/x", "get|a|things|x|")]
    [InlineData("namespaces/a/things/x/log", "get|a|things|x|log")]
    [InlineData("namespaces/a/things?fieldSelector=metadata.name%3Dx", "list|a|things||")]
    public async Task Requests_reach_it_as_they_were_authorized(string path, string expected) =>
        Assert.Equal(expected, await _http.GetStringAsync($"/apis/past.example/v1/{path}", Cancel));

    [Fact]
    public async Task It_is_discovered_and_refusals_are_statuses()
    {
        Assert.Contains("past.example", await _http.GetStringAsync("/apis", Cancel), StringComparison.Ordinal);
        Assert.Contains("\"things\"", await _http.GetStringAsync("/apis/past.example/v1", Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/apis/past.example/v1/namespaces/a/things/none", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/apis/past.example/v2/things", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Who_may_not_does_not_reach_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis/past.example/v1/namespaces/a/things");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "none");

        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(request, Cancel)).StatusCode);
    }

    private static Task AnswerAsync(HttpContext http, ExtensionRequest asked, CancellationToken cancel) => asked.Name == "none"
        ? throw new ApiStatusException(ApiStatus.NotFound(new GroupResource("past.example", "things"), asked.Name))
        : http.Response.WriteAsync($"{asked.Verb}|{asked.Namespace}|{asked.Resource}|{asked.Name}|{asked.Subresource}", cancel);
}
