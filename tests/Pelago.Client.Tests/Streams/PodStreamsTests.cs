// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Streams;

public class PodStreamsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v5.channel.k8s.io", true)]
    [InlineData("v4.channel.k8s.io", false)]
    public async Task Exec_carries_both_ways_and_ends_with_the_exit_code(string protocol, bool closesStdin)
    {
        string query = "";
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            context =>
            {
                query = context.Request.QueryString.Value!;
                return EchoAsync(context, protocol, untilClosed: closesStdin);
            },
            tls: true, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var request = new ExecRequest { Container = "main", Command = ["cat", "-n"], Stdin = true };
        (ExecSession? session, _) = await new PodStreams(api).ExecAsync("default", "web", request, Cancel);
        using var stdin = new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 100_000)));
        using var stdout = new MemoryStream();

        await using (session)
        {
            ExecOutcome outcome = await session!.CopyAsync(stdin, stdout, null, Cancel);

            Assert.Equal(new ExecOutcome(3, null), outcome);
            Assert.Equal(closesStdin, session.CanCloseStdin);
        }
        Assert.Equal(100_000, stdout.Length);
        Assert.Equal("?container=main&command=cat&command=-n&stdin=true&stdout=true&stderr=true", query);
    }

    [Fact]
    public async Task Refused_exec_says_why()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            context =>
            {
                context.Response.StatusCode = 404;
                return context.Response.WriteAsync("{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"message\":\"pods \\\"web\\\" not found\",\"code\":404}");
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        (ExecSession? session, Kube.ApiStatus? error) = await new PodStreams(api).ExecAsync("default", "web", new ExecRequest { Command = ["true"] }, Cancel);

        Assert.Null(session);
        Assert.Equal("pods \"web\" not found", error!.Message);
    }

    [Fact]
    public async Task Port_forward_skips_the_port_numbers_and_tells_of_errors()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            async context =>
            {
                using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync("v4.channel.k8s.io");
                await SendAsync(socket, [0, 80, 0]);
                await SendAsync(socket, [1, 80, 0]);
                await SendAsync(socket, [0, .. "hello"u8]);
                await SendAsync(socket, [1, .. "connection refused"u8]);
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        (PortForward? forward, _) = await new PodStreams(api).PortForwardAsync("default", "web", 80, Cancel);
        using var local = new MemoryStream();

        await using (forward)
        {
            string? error = await forward!.CopyAsync(local, Cancel);

            Assert.Equal("connection refused", error);
        }
        Assert.Equal("hello", Encoding.UTF8.GetString(local.ToArray()));
    }

    [Fact]
    public async Task Log_is_a_stream_with_the_options_in_its_query()
    {
        string path = "";
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            context =>
            {
                path = context.Request.Path + context.Request.QueryString;
                return context.Response.WriteAsync("one\ntwo\n");
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        (Stream? body, _) = await new PodStreams(api).LogsAsync("default", "web", new LogRequest { Follow = true, TailLines = 5 }, Cancel);
        using var reader = new StreamReader(body!);

        Assert.Equal("one\ntwo\n", await reader.ReadToEndAsync(Cancel));
        Assert.Equal("/api/v1/namespaces/default/pods/web/log?follow=true&tailLines=5", path);
    }

    private static async Task EchoAsync(HttpContext context, string protocol, bool untilClosed)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        byte[] buffer = new byte[64 << 10];
        int echoed = 0;
        while (true)
        {
            WebSocketReceiveResult message = await socket.ReceiveAsync(buffer, Cancel);
            if (message.MessageType == WebSocketMessageType.Close || buffer[0] == 255)
                break;
            buffer[0] = 1;
            await socket.SendAsync(buffer.AsMemory(0, message.Count), WebSocketMessageType.Binary, message.EndOfMessage, Cancel);
            echoed += message.Count - 1;
            // v4 has no end of input: the process decides by itself.
            if (!untilClosed && echoed >= 100_000)
                break;
        }
        await SendAsync(socket, [3, .. "{\"metadata\":{},\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"3\"}]}}"u8]);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
    }

    private static Task SendAsync(WebSocket socket, byte[] message) => socket.SendAsync(message, WebSocketMessageType.Binary, true, Cancel);
}
