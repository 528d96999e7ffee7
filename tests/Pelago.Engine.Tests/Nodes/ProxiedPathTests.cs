// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Pelago.Engine.Nodes;
using Pelago.Engine.Requests;
using Xunit;

namespace Pelago.Engine.Tests.Nodes;

/// <summary>As the server and the parser of requests read a path.</summary>
public sealed class ProxiedPathTests : IAsyncLifetime
{
    private const string Proxy = "/api/v1/namespaces/ns/services/web/proxy";
    private readonly HttpClient _client = new();
    private readonly WebApplication _app = NewServer();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _app.StartAsync(Cancel);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData(Proxy + "/a%2520b", "web /a%2520b")]
    [InlineData(Proxy + "/a%20b/c%2Fd%C3%A9?q=/x/..", "web /a%20b/c%2Fd%C3%A9")]
    [InlineData(Proxy, "web /")]
    [InlineData(Proxy + "/", "web /")]
    [InlineData(Proxy + "//a//b/", "web //a//b/")]
    [InlineData("/api/v1/namespaces/ns/services/w%65b/proxy/a%2520b", "web /a%2520b")]
    public async Task What_is_escaped_stays_as_it_came(string target, string expected) => Assert.Equal(expected, await AskAsync(target));

    [Theory]
    [InlineData(Proxy + "/a/../b%2520", "web /b%2520")]
    [InlineData(Proxy + "/a/%2e%2E/b%2520/.", "web /b%2520/")]
    [InlineData(Proxy + "/./.%2e/proxy/b%2520", "web /b%2520")]
    [InlineData(Proxy + "/../../other/proxy/b%2520", "other /b%2520")]
    [InlineData("/api/v1/namespaces/ns/services/x/../web/proxy/b%2520", "web /b%2520")]
    [InlineData("/../api/v1/namespaces/ns/services/web/proxy/b%2520", "web /b%2520")]
    [InlineData(Proxy + "/..%2F..%2Fb%2520", "web /..%2F..%2Fb%2520")]
    [InlineData(Proxy + "/%252e%252e/b", "web /%252e%252e/b")]
    public async Task A_path_that_goes_up_is_cut_where_the_server_read_it(string target, string expected) => Assert.Equal(expected, await AskAsync(target));

    [Theory]
    [InlineData(Proxy + "/..\\..\\b#c%20", "/..%5C..%5Cb%23c%20")]
    [InlineData("http://server" + Proxy + "/..\\..\\b#c%20", "/..%5C..%5Cb%23c%20")]
    [InlineData("", "/..%5C..%5Cb%23c%20")]
    public void What_would_end_or_part_a_path_is_escaped(string target, string expected)
    {
        const string Rest = "/..\\..\\b#c ";
        var http = new DefaultHttpContext();
        http.Request.Path = Proxy + Rest;
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = target;

        Assert.Equal(expected, ProxiedPath.Of(http, Rest));
    }

    private Task<string> AskAsync(string target) =>
        _client.GetStringAsync(new Uri(_app.Urls.First() + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Cancel);

    /// <summary>Answers with the name in a path and the path of the URL that it is handed on to.</summary>
    private static WebApplication NewServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Run(http =>
        {
            RequestInfo info = RequestInfoParser.Parse(http.Request.Method, http.Request.Path.Value ?? "/", RequestQuery.Empty);
            return http.Response.WriteAsync($"{info.Name} {new Uri("http://pod:80" + ProxiedPath.Of(http, info.Rest)).AbsolutePath}", http.RequestAborted);
        });
        return app;
    }
}
