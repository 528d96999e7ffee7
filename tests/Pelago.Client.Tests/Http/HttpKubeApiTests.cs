// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Client.Tests.Http;

public class HttpKubeApiTests
{
    private static readonly ResourcePath Pods = new(new GroupVersionResource("", "v1", "pods"), "default");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_over_tls_uses_http2_and_the_given_authority()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol), tls: true, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        ApiResult answer = await api.GetRawAsync("/version", Cancel);

        Assert.Equal("HTTP/2", Encoding.UTF8.GetString(answer.BodyOrThrow().Span));
    }

    [Fact]
    public async Task What_a_server_warns_of_is_told_beside_the_answer()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            context =>
            {
                context.Response.Headers.Warning = new[] { WarningHeader.Of("node n1 is away"), "199 - \"stale\"", WarningHeader.Of("node n2 is away") };
                return context.Response.WriteAsync("{}");
            },
            tls: false, Cancel);
        var told = new List<string>();
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default with { Warned = told.Add });

        Assert.Equal("{}", Encoding.UTF8.GetString((await api.GetRawAsync("/version", Cancel)).BodyOrThrow().Span));
        Assert.Equal(["node n1 is away", "node n2 is away"], told);
    }

    [Fact]
    public async Task Untrusted_server_names_the_authorities_that_were_asked()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => context.Response.WriteAsync("{}"), tls: true, Cancel);
        await using FakeApiServer other = await FakeApiServer.StartAsync(context => context.Response.WriteAsync("{}"), tls: true, Cancel);
        using var api = new HttpKubeApi(server.Connection() with { Authorities = [other.Authority!] }, HttpKubeApiOptions.Default, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterUnreachableException>(() => api.GetRawAsync("/version", Cancel));

        Assert.Contains("cannot reach cluster \"fake\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains("is not signed by an authority of /etc/fake/ca.crt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_connection_says_so()
    {
        FakeApiServer server = await FakeApiServer.StartAsync(context => context.Response.WriteAsync("{}"), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        await server.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ClusterUnreachableException>(() => api.GetAsync(Pods, Cancel));

        Assert.Contains("(GET /api/v1/namespaces/default/pods): connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Server_that_hangs_up_in_the_handshake_is_asked_once_more_also_to_write(int hangUps)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => context.Response.WriteAsync("{}"), tls: true, Cancel);
        using var between = new TcpListener(IPAddress.Loopback, 0);
        between.Start();
        _ = RelayAsync(between, server.Url, hangUps);
        using var api = new HttpKubeApi(server.Connection() with { Server = new Uri($"https://{between.LocalEndpoint}") }, HttpKubeApiOptions.Default, TimeProvider.System);

        Task<ApiResult> creating = api.RawAsync(HttpMethod.Post, "/api/v1/namespaces/default/pods", "application/json", "{}"u8.ToArray(), "application/json", Cancel);

        if (hangUps == 1)
            Assert.Equal("{}", Encoding.UTF8.GetString((await creating).BodyOrThrow().Span));
        else
            await Assert.ThrowsAsync<ClusterUnreachableException>(() => creating);
    }

    [Fact]
    public async Task Server_that_takes_no_connection_in_time_is_unreachable_and_nothing_was_cancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(); // the handshake of TLS is never answered
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => context.Response.WriteAsync("{}"), tls: true, Cancel);
        ClusterConnection connection = server.Connection() with { Server = new Uri($"https://{silent.LocalEndpoint}") };
        using var api = new HttpKubeApi(connection, new HttpKubeApiOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterUnreachableException>(() => api.GetAsync(Pods, Cancel));

        Assert.Contains("no connection within", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_never_answers_is_unreachable_after_the_timeout()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(new HttpKubeApiOptions { RequestTimeout = TimeSpan.FromMilliseconds(200) });

        var failure = await Assert.ThrowsAsync<ClusterUnreachableException>(() => api.GetAsync(Pods, Cancel));

        Assert.Contains("no answer within", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "<html>nope</html>", "NotFound", "the server could not find the requested resource")]
    [InlineData(502, "bad gateway", "InternalError", "an error on the server (\"bad gateway\") has prevented the request from succeeding")]
    [InlineData(503, "", "ServiceUnavailable", "the server is currently unable to handle the request")]
    [InlineData(401, "", "Unauthorized", "the server has asked for the client to provide credentials")]
    public async Task Answer_that_is_no_status_becomes_one(int code, string body, string reason, string message)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => Answer(context, code, body), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        ApiResult answer = await api.GetAsync(Pods with { Name = "web" }, Cancel);

        Assert.Equal(code, answer.Error!.Code);
        Assert.Equal(reason, answer.Error.Reason);
        Assert.Equal(message, answer.Error.Message);
    }

    [Fact]
    public async Task Request_is_repeated_when_the_server_says_when()
    {
        int asked = 0;
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            context =>
            {
                if (Interlocked.Increment(ref asked) > 2)
                    return Answer(context, 200, "{}");
                context.Response.Headers.RetryAfter = "1";
                return Answer(context, 429, "");
            },
            tls: false, Cancel);
        using var api = new HttpKubeApi(server.Connection(), HttpKubeApiOptions.Default, new TestKit.Client.CompressedTime(20));

        ApiResult answer = await api.GetAsync(Pods, Cancel);

        Assert.True(answer.IsSuccess);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Body_beyond_the_bound_is_refused()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => Answer(context, 200, new string('x', 5000)), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(new HttpKubeApiOptions { MaxBodyBytes = 1000 });

        ApiResult answer = await api.ListAsync(Pods, ListQuery.Everything, Cancel);

        Assert.Contains("longer than 1000 bytes", answer.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_yields_events_however_the_bytes_are_cut()
    {
        byte[] lines = Encoding.UTF8.GetBytes(
            "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"ü\"}}}\n\n{\"object\":{\"a\":[1,{}]},\"type\":\"MODIFIED\"}\r\n{\"type\":\"BOOKMARK\",\"object\":{}}");
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            async context =>
            {
                foreach (byte one in lines)
                {
                    await context.Response.Body.WriteAsync(new[] { one }, context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                }
            },
            tls: true, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        List<string> seen = await Watch(api);

        Assert.Equal(["ADDED {\"metadata\":{\"name\":\"ü\"}}", "MODIFIED {\"a\":[1,{}]}", "BOOKMARK {}"], seen);
    }

    [Theory]
    [InlineData("{\"type\":\"ADDED\"}\n")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{}} junk\n")]
    [InlineData("\0\0\0\n")]
    [InlineData("{\"type\":\"ADDED\",\"object\":[]}\n")]
    public async Task Garbled_line_ends_the_watch_with_an_error_event(string line)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => Answer(context, 200, line), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        string seen = Assert.Single(await Watch(api));

        Assert.StartsWith("ERROR ", seen, StringComparison.Ordinal);
        Assert.Contains("unable to decode an event", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_line_ends_the_watch_with_an_error_event()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => Answer(context, 200, new string(' ', 100_000)), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(new HttpKubeApiOptions { MaxEventBytes = 10_000 });

        string seen = Assert.Single(await Watch(api));

        Assert.Contains("longer than 10000 bytes", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_watch_is_an_error_event_with_its_status()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(context => Answer(context, 403, "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"message\":\"no\",\"code\":403}"), tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        string seen = Assert.Single(await Watch(api));

        Assert.Contains("\"reason\":\"Forbidden\"", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_watch_ends_after_the_idle_timeout()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("{\"type\":\"ADDED\",\"object\":{}}\n");
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(new HttpKubeApiOptions { WatchIdleTimeout = TimeSpan.FromSeconds(2) });

        Assert.Single(await Watch(api));
    }

    [Fact]
    public async Task Queries_are_spelled_as_the_server_reads_them()
    {
        var seen = new List<string>();
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            async context =>
            {
                using var reader = new System.IO.StreamReader(context.Request.Body);
                seen.Add($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType} {await reader.ReadToEndAsync()}".Trim());
                await context.Response.WriteAsync("{}");
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        await api.ListAsync(Pods, new ListQuery { LabelSelector = "a=b,c in (d)", Limit = 5 }, Cancel);
        await api.PatchAsync(Pods with { Name = "x" }, PatchType.Apply, "{}"u8.ToArray(), new WriteQuery { FieldManager = "me", Force = true, DryRun = true }, Cancel);
        await api.DeleteAsync(Pods with { Name = "x" }, new DeleteQuery { Uid = "u", GracePeriodSeconds = 0, PropagationPolicy = "Orphan" }, Cancel);

        Assert.Equal(
            [
                "GET /api/v1/namespaces/default/pods?labelSelector=a%3Db%2Cc%20in%20%28d%29&limit=5",
                "PATCH /api/v1/namespaces/default/pods/x?fieldManager=me&force=true&dryRun=All application/apply-patch+yaml {}",
                "DELETE /api/v1/namespaces/default/pods/x application/json {\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0,\"propagationPolicy\":\"Orphan\",\"preconditions\":{\"uid\":\"u\"}}",
            ],
            seen);
    }

    private static Task Answer(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsync(body);
    }

    private static async Task<List<string>> Watch(HttpKubeApi api)
    {
        var seen = new List<string>();
        await foreach (RawWatchEvent next in api.WatchAsync(Pods, ListQuery.Everything, Cancel))
            seen.Add($"{next.Type} {Encoding.UTF8.GetString(next.Object.Span)}");
        return seen;
    }

    /// <summary>Hangs up on the first connections when they have said something, and hands on the next one.</summary>
    private static async Task RelayAsync(TcpListener listener, Uri server, int hangUps)
    {
        for (int i = 0; i < hangUps; i++)
        {
            using TcpClient refused = await listener.AcceptTcpClientAsync(Cancel);
            Assert.NotEqual(0, await refused.GetStream().ReadAsync(new byte[64 << 10], Cancel));
        }
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancel);
        using var behind = new TcpClient(server.Host, server.Port);
        await Task.WhenAny(client.GetStream().CopyToAsync(behind.GetStream(), Cancel), behind.GetStream().CopyToAsync(client.GetStream(), Cancel));
    }
}
