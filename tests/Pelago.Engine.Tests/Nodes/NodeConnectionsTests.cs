// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Aggregation;
using Pelago.Engine.Nodes;
using Pelago.Engine.Tests.Authentication;
using Pelago.TestKit.Node;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine.Tests.Nodes;

public sealed class NodeConnectionsTests : IClassFixture<PkiFixture>
{
    private static readonly NodeEndpoint Node = new("n1", new IPEndPoint(IPAddress.Loopback, 1));
    private const long TicksPerSecond = 100; // USER_HZ
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

    [Fact]
    public async Task A_connection_to_a_node_is_tried_while_it_is_silent()
    {
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();
        using var connections = new NodeConnections(_fixture.Pki, new Recording());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{node.LocalEndpoint}/");

        Task<HttpResponseMessage> asked = connections.Invoker.SendAsync(request, stop.Token);
        using Socket accepted = await node.AcceptSocketAsync(Cancel);

        await Eventually.TrueAsync(() => IsKeptAlive(((IPEndPoint)accepted.RemoteEndPoint!).Port), Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task A_node_that_vanished_is_known_to_have_after_a_minute()
    {
        using var node = new TcpListener(IPAddress.Loopback, 0);
        node.Start();

        await using Stream stream = await NodeConnections.ConnectAsync(new DnsEndPoint("127.0.0.1", ((IPEndPoint)node.LocalEndpoint).Port), Cancel);

        Assert.Equal([30, 10, 3], new[] { SocketOptionName.TcpKeepAliveTime, SocketOptionName.TcpKeepAliveInterval, SocketOptionName.TcpKeepAliveRetryCount }
            .Select(option => ((NetworkStream)stream).Socket.GetSocketOption(SocketOptionLevel.Tcp, option)));
    }

    /// <summary>Whether the timer of a socket is that of keep-alives (2), at half a minute or less: man 5 proc, /proc/net/tcp.</summary>
    private static bool IsKeptAlive(int port) =>
        File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && fields[3] == "01" && fields[5].Split(':') is ["02", { } ticks]
                && long.Parse(ticks, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) <= 30 * TicksPerSecond);

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
