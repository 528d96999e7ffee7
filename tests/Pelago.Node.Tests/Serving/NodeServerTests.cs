// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Node.Tests.Agent;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Serving;

public sealed class NodeServerTests : AgentFixture
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();

    protected override NodeOptions Options => base.Options with
    {
        ServingCertificate = ShowCertificate(),
        ClientAuthorities = [_authority.Certificate],
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _authority.Dispose();
        _stranger.Dispose();
    }

    private Func<X509Certificate2> ShowCertificate()
    {
        X509Certificate2 certificate = _authority.Issue("CN=node-1");
        return () => certificate;
    }

    [Fact]
    public async Task Nobody_is_heard_without_a_certificate_of_the_api_server()
    {
        using HttpClient anonymous = Client(null);
        using HttpClient node = Client(_authority.Issue("O=system:nodes, CN=system:node:node-2"));
        using HttpClient stranger = Client(_stranger.Issue("O=system:masters, CN=kube-apiserver-kubelet-client"));
        using HttpClient server = Server();

        foreach (string path in new[] { "/pods", "/healthz", "/exec/default/p/main?command=id", "/files/default/p/main/", "/nothing" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync(path, Cancel)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await node.GetAsync(path, Cancel)).StatusCode);
            await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(path, Cancel));
        }
        Assert.Equal("ok", await server.GetStringAsync("/healthz", Cancel));
    }

    [Fact]
    public async Task Log_is_read_with_the_options_of_the_query()
    {
        await RunAsync("talker", "echo one; echo two; exec sleep 1000");
        using HttpClient server = Server();

        await Eventually.GetAsync(() => server.GetStringAsync("/containerLogs/default/talker/main", Cancel), text => text == "one\ntwo\n", Cancel);
        Assert.Equal("two\n", await server.GetStringAsync("/containerLogs/default/talker/main?tailLines=1", Cancel));
        Assert.Equal("on", await server.GetStringAsync("/containerLogs/default/talker/main?limitBytes=2", Cancel));
        Assert.Equal("container none is not valid for pod talker", await RefusalAsync(server, "/containerLogs/default/talker/none", 400));
        Assert.Equal("pods \"absent\" not found", await RefusalAsync(server, "/containerLogs/default/absent/main", 404));
        Assert.Equal("tailLines: \"-1\" is not a number of at least 0", await RefusalAsync(server, "/containerLogs/default/talker/main?tailLines=-1", 400));
    }

    [Fact]
    public async Task Log_files_are_listed_and_read_from_any_place_as_they_are()
    {
        await RunAsync("talker", "echo one; echo two; exec sleep 1000");
        using HttpClient server = Server();
        const string Files = "/logFiles/default/talker/main";
        await Eventually.GetAsync(() => server.GetStringAsync("/containerLogs/default/talker/main", Cancel), text => text == "one\ntwo\n", Cancel);

        JsonArray list = JsonNode.Parse(await server.GetStringAsync(Files, Cancel))!["items"]!.AsArray();
        string whole = await server.GetStringAsync($"{Files}/0.log", Cancel);
        using var end = new HttpRequestMessage(HttpMethod.Get, $"{Files}/0.log") { Headers = { Range = new RangeHeaderValue(null, 6) } };

        Assert.Equal([$"0.log {whole.Length}"], list.Select(file => $"{file!["name"]} {file["size"]}"));
        Assert.Matches(@"^\S+ stdout F one\n\S+ stdout F two\n$", whole);
        Assert.Equal("F two\n", await (await server.SendAsync(end, Cancel)).Content.ReadAsStringAsync(Cancel));
        Assert.Equal("\"..%2f0.log\" is none of the log files of container main", await RefusalAsync(server, $"{Files}/..%2f0.log", 404));
        Assert.Equal("\"none\" is none of the log files of container main", await RefusalAsync(server, $"{Files}/none", 404));
    }

    [Fact]
    public async Task Files_of_the_sandbox_are_listed_and_read_and_nothing_else_is()
    {
        await RunAsync("writer", "mkdir d; printf 0123456789 >d/f; mkfifo d/pipe; ln -s /etc/passwd out; ln -s d/f in; exec sleep 1000");
        using HttpClient server = Server();
        const string Root = "/files/default/writer/main/";

        JsonArray list = await Eventually.GetAsync(
            async () => (JsonArray)JsonNode.Parse(await server.GetStringAsync(Root, Cancel))!, entries => entries.Count == 4, Cancel);
        using var part = new HttpRequestMessage(HttpMethod.Get, Root + "d/f") { Headers = { Range = new RangeHeaderValue(2, 4) } };

        Assert.Equal(["d directory", "dev directory", "in link", "out link"], list.Select(entry => $"{entry!["name"]} {entry["type"]}"));
        Assert.Equal("234", await (await server.SendAsync(part, Cancel)).Content.ReadAsStringAsync(Cancel));
        Assert.Equal("0123456789", await server.GetStringAsync(Root + "in", Cancel));
        Assert.Equal("\"out\" leads out of the sandbox", await RefusalAsync(server, Root + "out", 400));
        Assert.Equal("\"d%2f..%2f..%2fsecret\" is not in the sandbox", await RefusalAsync(server, Root + "d%2f..%2f..%2fsecret", 404));
        Assert.Equal("\"d/pipe\" is neither a file nor a directory", await RefusalAsync(server, Root + "d/pipe", 400));
        Assert.Equal("\"none\" is not in the sandbox", await RefusalAsync(server, Root + "none", 404));
    }

    [Fact]
    public async Task Links_of_the_sandbox_that_lead_in_a_circle_are_called_so()
    {
        await RunAsync("looper", "ln -s there here; ln -s here there; exec sleep 1000");
        using HttpClient server = Server();
        const string Root = "/files/default/looper/main/";
        await Eventually.GetAsync(
            async () => (JsonArray)JsonNode.Parse(await server.GetStringAsync(Root, Cancel))!, entries => entries.Any(entry => (string?)entry!["name"] == "there"), Cancel);

        Assert.Equal("\"here\": too many levels of symbolic links", await RefusalAsync(server, Root + "here", 400));
    }

    [Theory]
    [InlineData("v5.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io")]
    [InlineData("channel.k8s.io")]
    [InlineData("")]
    public async Task Exec_speaks_every_protocol(string protocol)
    {
        await RunAsync("host", "exec sleep 1000");

        (string chosen, Dictionary<int, string> channels) = await ExecAsync("host", protocol, "echo out; echo err >&2; exit 3");

        Assert.Equal(protocol, chosen);
        Assert.Equal("out\n", channels[1]);
        Assert.Equal("err\n", channels[2]);
        if (protocol.StartsWith('v'))
            Assert.Equal("3", JsonNode.Parse(channels[3])!["details"]!["causes"]![0]!["message"]!.ToString());
        else
            Assert.Equal("command terminated with non-zero exit code: exit status 3", channels[3]);
    }

    [Fact]
    public async Task Measurements_name_the_containers_that_run()
    {
        await RunAsync("busy", "exec sleep 1000");
        using HttpClient server = Server();

        JsonNode summary = JsonNode.Parse(await server.GetStringAsync("/stats/summary", Cancel))!;

        Assert.Equal("node-1", summary["node"]!["nodeName"]!.ToString());
        Assert.Equal("main", summary["pods"]![0]!["containers"]![0]!["name"]!.ToString());
        Assert.Contains("container_memory_working_set_bytes{container=\"main\",namespace=\"default\",pod=\"busy\"} ", await server.GetStringAsync("/metrics/resource", Cancel), StringComparison.Ordinal);
        Assert.Matches(
            "(?m)^container_cpu_usage_seconds_total{cpu=\"total\",container=\"main\",id=\"/[^\"]+\",image=\"[^\"]*\",name=\"[^\"]+\",namespace=\"default\",pod=\"busy\"} [0-9]",
            await server.GetStringAsync("/metrics/cadvisor", Cancel));
        Assert.Contains("kubelet_running_pods 1\n", await server.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(HttpClient client, string path, int code)
    {
        using HttpResponseMessage response = await client.GetAsync(path, Cancel);
        Assert.Equal(code, (int)response.StatusCode);
        return ApiStatus.FromJson(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel)))!.Message;
    }

    private HttpClient Server() => Client(_authority.Issue("O=system:masters, CN=kube-apiserver-kubelet-client"));

    private HttpClient Client(X509Certificate2? certificate) =>
        new(new SocketsHttpHandler { SslOptions = Tls(certificate) }) { BaseAddress = new Uri($"https://127.0.0.1:{Agent.Port}") };

    private SslClientAuthenticationOptions Tls(X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_authority.Certificate);
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = policy, LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        };
    }

    private async Task RunAsync(string name, string script)
    {
        Apply($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{name}}, namespace: default}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - {name: main, image: none, command: [sh, -c, "{{script}}"]}
            """);
        await Eventually.TrueAsync(() => Cluster.All("pods").Any(pod => pod.Object("status")?.String("phase") == "Running"), Cancel);
    }

    private async Task<(string Protocol, Dictionary<int, string> Channels)> ExecAsync(string pod, string protocol, string script)
    {
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { SslOptions = Tls(_authority.Issue("O=system:masters, CN=server")) });
        using var socket = new ClientWebSocket();
        if (protocol.Length > 0)
            socket.Options.AddSubProtocol(protocol);
        string query = string.Concat(new[] { "sh", "-c", script }.Select(word => $"&command={Uri.EscapeDataString(word)}"));
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{Agent.Port}/exec/default/{pod}/main?output=1&error=1{query}"), invoker, Cancel);
        var channels = new Dictionary<int, string>();
        byte[] buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), Cancel) is { MessageType: not WebSocketMessageType.Close } message)
        {
            Assert.True(message.EndOfMessage);
            string text = Encoding.UTF8.GetString(buffer, 1, message.Count - 1);
            bool isText = message.MessageType == WebSocketMessageType.Text;
            int channel = isText ? buffer[0] - '0' : buffer[0];
            channels[channel] = channels.GetValueOrDefault(channel, "") + (isText ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : text);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
        return (socket.SubProtocol ?? "", channels);
    }
}
