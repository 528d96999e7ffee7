// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Kubelets;
using Pelago.Node.Serving;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Node.Tests.Kubelets;

/// <summary>Who may call an agent beside a kubelet.</summary>
public sealed class ReviewedCallersTests : IAsyncLifetime
{
    private const string Hub = "system:serviceaccount:pelago-system:pelago-hub";
    private readonly ReviewingCluster _cluster = new();
    private readonly X509Certificate2 _certificate = AgentCertificate.Make(TimeProvider.System);
    private HttpClient _client = null!;
    private NodeServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var callers = new ReviewedCallers(new TokenReviews(_cluster), new AccessReviews(_cluster), "n1", TimeProvider.System);
        var listener = new NodeListener("n1", new IPEndPoint(IPAddress.Loopback, 0), () => _certificate, callers);
        _server = await NodeServer.StartAsync(
            listener, app => app.MapMethods("/{**path}", ["GET", "POST"], (RequestDelegate)(http => http.Response.WriteAsync("served"))), NullLoggerFactory.Instance, Cancel);
        var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData) },
        };
        _client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{_server.Port}") };
        _cluster.AddToken("of-hub", new ReviewedUser(Hub), NodeApi.AgentAudience("n1"));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Nobody_without_a_token_for_this_node_is_heard()
    {
        _cluster.Allow(Hub, "get nodes/proxy n1");
        _cluster.AddToken("of-other-node", new ReviewedUser(Hub), NodeApi.AgentAudience("n2"));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(HttpMethod.Get, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(HttpMethod.Get, "made-up"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(HttpMethod.Get, "of-other-node"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Get, "of-hub"));
    }

    [Fact]
    public async Task A_caller_may_what_the_cluster_lets_him_and_no_other_verb()
    {
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(HttpMethod.Get, "of-hub"));
        _cluster.Allow(Hub, "get nodes/proxy n1");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Get, "of-hub"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(HttpMethod.Post, "of-hub"));
    }

    [Fact]
    public async Task The_cluster_is_not_asked_again_at_once()
    {
        _cluster.Allow(Hub, "get nodes/proxy n1");
        await AskAsync(HttpMethod.Get, "of-hub");
        int asked = _cluster.TokenReviews;

        await AskAsync(HttpMethod.Get, "of-hub");

        Assert.Equal(asked, _cluster.TokenReviews);
    }

    private async Task<HttpStatusCode> AskAsync(HttpMethod method, string? token)
    {
        using var request = new HttpRequestMessage(method, "/images");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await _client.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
