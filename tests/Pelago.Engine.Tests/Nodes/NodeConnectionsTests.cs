// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Aggregation;
using Pelago.Engine.Nodes;
using Pelago.Engine.Tests.Authentication;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine.Tests.Nodes;

public sealed class NodeConnectionsTests : IClassFixture<PkiFixture>
{
    private static readonly NodeEndpoint Node = new("n1", new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1));
    private readonly PkiFixture _fixture;

    public NodeConnectionsTests(PkiFixture fixture) => _fixture = fixture;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_may_be_silent_for_any_time_and_streams_with_input_for_four_hours()
    {
        var forwarder = new Recording();
        using var connections = new NodeConnections(_fixture.Pki, forwarder);

        await connections.ForwardPatientlyAsync(new DefaultHttpContext(), Node, "/containerLogs/default/p/main?follow=true", Cancel);
        await connections.ForwardAsync(new DefaultHttpContext(), Node, "/exec/default/p/main?command=sh", Cancel);

        Assert.Equal([Timeout.InfiniteTimeSpan, TimeSpan.FromHours(4)], forwarder.Timeouts);
    }

    [Fact]
    public async Task No_limit_at_all_is_what_the_forwarder_takes_an_infinite_one_for()
    {
        using var invoker = new HttpMessageInvoker(new Answer());
        var http = new DefaultHttpContext();
        var body = new MemoryStream();
        http.Response.Body = body;
        http.Request.Method = "GET";

        ForwarderError error = await AggregationProxy.NewForwarder(NullLoggerFactory.Instance)
            .SendAsync(http, "https://n1", invoker, new ForwarderRequestConfig { ActivityTimeout = Timeout.InfiniteTimeSpan }, HttpTransformer.Default, Cancel);

        Assert.Equal((ForwarderError.None, "said"), (error, Encoding.UTF8.GetString(body.ToArray())));
    }

    private sealed class Recording : IHttpForwarder
    {
        public List<TimeSpan?> Timeouts { get; } = [];

        public ValueTask<ForwarderError> SendAsync(
            HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer)
        {
            Timeouts.Add(requestConfig.ActivityTimeout);
            return ValueTask.FromResult(ForwarderError.None);
        }

        public ValueTask<ForwarderError> SendAsync(
            HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer,
            CancellationToken cancellationToken) => SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer);
    }

    private sealed class Answer : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent("said"), RequestMessage = request });
    }
}
