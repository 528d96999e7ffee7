// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Node.Tests.Agent;
using Xunit;

namespace Pelago.Node.Tests.Serving.Spdy;

/// <summary>What a node serves over SPDY, to a client that speaks it byte by byte.</summary>
public sealed class SpdyEndpointTests : AgentFixture
{
    private const string Exec = "/exec/default/host/main?output=1&error=1&command=sh&command=-c&command=";
    private readonly TestAuthority _authority = new();

    protected override NodeOptions Options => base.Options with
    {
        ServingCertificate = ShowCertificate(),
        ClientAuthorities = [_authority.Certificate],
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        ApplyScript("host", "exec sleep 1000");
        await PhaseAsync("host", "Running");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("v4.channel.k8s.io", """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","reason":"NonZeroExitCode","code":500}""")]
    [InlineData("v2.channel.k8s.io", "command terminated with non-zero exit code: exit status 3")]
    public async Task Exec_gives_both_outputs_and_the_exit_code(string protocol, string outcome)
    {
        await using SpdyPeer peer = await AskAsync("POST", Exec + "echo+out;echo+err+>%262;exit+3", $"other.k8s.io, {protocol}");

        await peer.SayAsync(frames => frames.Open(1, ("streamtype", "error")).Open(3, ("streamtype", "stdout")).Open(5, ("streamtype", "stderr")), Cancel);
        Dictionary<int, string> said = await peer.ReadToEndAsync([1, 3, 5], Cancel);

        Assert.StartsWith("HTTP/1.1 101 ", peer.Answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: Upgrade\r\n", peer.Answer, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: SPDY/3.1\r\n", peer.Answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nX-Stream-Protocol-Version: {protocol}\r\n", peer.Answer, StringComparison.Ordinal);
        Assert.Equal(("out\n", "err\n"), (said[3], said[5]));
        if (outcome[0] == '{')
            Assert.Equal(("NonZeroExitCode", "3"), (JsonNode.Parse(said[1])!["reason"]!.ToString(), JsonNode.Parse(said[1])!["details"]!["causes"]![0]!["message"]!.ToString()));
        else
            Assert.Equal(outcome, said[1]);
    }

    private Func<X509Certificate2> ShowCertificate()
    {
        X509Certificate2 certificate = _authority.Issue("CN=node-1");
        return () => certificate;
    }

    [Fact]
    public async Task End_of_a_stream_is_the_end_of_stdin()
    {
        await using SpdyPeer peer = await AskAsync("POST", "/exec/default/host/main?input=1&output=1&command=sh&command=-c&command=cat;echo+end", "v4.channel.k8s.io");

        await peer.SayAsync(frames => frames.Open(1, ("streamtype", "error")).Open(3, ("streamtype", "stdin")).Open(5, ("streamtype", "stdout")), Cancel);
        await peer.SayAsync(frames => frames.Data(3, "hello "u8.ToArray()), Cancel);
        await peer.ReadAsync((said, _) => said.GetValueOrDefault(5) == "hello ", Cancel);
        await peer.SayAsync(frames => frames.Data(3, "there "u8.ToArray(), fin: true), Cancel);
        Dictionary<int, string> said = await peer.ReadToEndAsync([1, 5], Cancel);

        Assert.Equal("hello there end\n", said[5]);
        Assert.Equal("Success", JsonNode.Parse(said[1])!["status"]!.ToString());
    }

    [Fact]
    public async Task Terminal_has_the_size_that_the_client_tells()
    {
        await using SpdyPeer peer = await AskAsync(
            "POST", "/exec/default/host/main?input=1&output=1&error=1&tty=1&command=sh&command=-c&command=until+stty+size+%7C+grep+33.91;do+read+line;done", "v4.channel.k8s.io");

        await peer.SayAsync(frames => frames.Open(1, ("streamtype", "error")).Open(3, ("streamtype", "stdin")).Open(5, ("streamtype", "stdout")).Open(7, ("streamtype", "resize")), Cancel);
        await peer.SayAsync(frames => frames.Data(7, "{\"Width\":91,\"Height\":33}\n"u8.ToArray()).Data(3, "\n"u8.ToArray()), Cancel);
        Dictionary<int, string> said = await peer.ReadToEndAsync([1, 5], Cancel);

        Assert.Contains("33 91\r\n", said[5], StringComparison.Ordinal);
        Assert.Equal("Success", JsonNode.Parse(said[1])!["status"]!.ToString());
    }

    [Fact]
    public async Task Unknown_protocols_are_refused_with_those_that_are_served()
    {
        await using SpdyPeer peer = await AskAsync("POST", Exec + "true", "v9.channel.k8s.io");

        Assert.StartsWith("HTTP/1.1 403 ", peer.Answer, StringComparison.Ordinal);
        Assert.Contains("X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io\r\n", peer.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forwarded_connections_are_apart_and_a_refused_one_says_why()
    {
        using TcpListener echo = Listen();
        Task serving = EchoUpperAsync(echo, times: 2);
        using TcpListener closed = Listen();
        int refused = PortOf(closed);
        closed.Stop();
        await using SpdyPeer peer = await AskAsync("POST", "/portForward/default/host", "portforward.k8s.io");

        await TalkAsync(peer, PortOf(echo), refused);
        await serving;
    }

    [Fact]
    public async Task A_forwarded_connection_that_the_client_breaks_off_ends_and_the_others_go_on()
    {
        using TcpListener server = Listen();
        await using SpdyPeer peer = await AskAsync("POST", "/portForward/default/host", "portforward.k8s.io");
        await peer.SayAsync(frames => Connect(frames, 1, PortOf(server)), Cancel);
        using TcpClient held = await server.AcceptTcpClientAsync(Cancel);

        await peer.SayAsync(frames => frames.Reset(3), Cancel);

        Assert.Equal("", (await peer.ReadToEndAsync([1], Cancel)).GetValueOrDefault(1, ""));
        Assert.Equal(0, await held.GetStream().ReadAsync(new byte[1], Cancel));
        await peer.SayAsync(frames => Connect(frames, 5, PortOf(server)), Cancel);
        using TcpClient next = await server.AcceptTcpClientAsync(Cancel);
    }

    [Fact]
    public async Task Tunnel_carries_the_same_in_a_websocket()
    {
        using TcpListener echo = Listen();
        Task serving = EchoUpperAsync(echo, times: 2);
        using TcpListener closed = Listen();
        int refused = PortOf(closed);
        closed.Stop();
        await using SpdyPeer peer = await SpdyPeer.AskAsync(Agent.Port, _authority, """
            GET /portForward/default/host HTTP/1.1
            Host: node
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io
            """, Cancel);
        Assert.Contains("\r\nSec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n", peer.Answer, StringComparison.Ordinal);
        peer.Wrap(stream => WebSocketStream.Create(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions()), WebSocketMessageType.Binary, ownsWebSocket: true));

        await TalkAsync(peer, PortOf(echo), refused);
        await serving;
    }

    /// <summary>Two connections at once and one that fails between them; the ends of each are said both ways.</summary>
    private static async Task TalkAsync(SpdyPeer peer, int echo, int refused)
    {
        await peer.SayAsync(frames => Connect(Connect(Connect(frames, 1, echo), 5, refused), 9, echo), Cancel);
        await peer.SayAsync(frames => frames.Data(3, "one"u8.ToArray()).Data(11, "other"u8.ToArray()), Cancel);
        Dictionary<int, string> said = await peer.ReadAsync((all, ended) => all.GetValueOrDefault(3) == "ONE" && all.GetValueOrDefault(11) == "OTHER" && ended.Contains(5) && ended.Contains(7), Cancel);
        Assert.Contains($"port {refused} cannot be reached: Connection refused", said[5], StringComparison.Ordinal);

        await peer.SayAsync(frames => frames.Data(3, [], fin: true), Cancel);
        said = await peer.ReadToEndAsync([1, 3], Cancel);
        Assert.Equal(("", "ONE bye"), (said[1], said[3]));
        await peer.SayAsync(frames => frames.Data(11, " too"u8.ToArray()).Data(11, [], fin: true), Cancel);
        Assert.Equal("OTHER TOO bye", (await peer.ReadToEndAsync([9, 11], Cancel))[11]);
    }

    private static ClientFrames Connect(ClientFrames frames, int first, int port) => frames
        .Open(first, ("streamtype", "error"), ("port", $"{port}"), ("requestid", $"{first}")).Data(first, [], fin: true)
        .Open(first + 2, ("streamtype", "data"), ("port", $"{port}"), ("requestid", $"{first}"));

    private Task<SpdyPeer> AskAsync(string method, string path, string protocols) => SpdyPeer.AskAsync(
        Agent.Port, _authority, $"""
        {method} {path} HTTP/1.1
        Host: node
        Connection: Upgrade
        Upgrade: SPDY/3.1
        X-Stream-Protocol-Version: {protocols}
        Content-Length: 0
        """, Cancel);

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Gives back what it gets in capitals, and says goodbye when the other has ended: only half of a connection is closed then.</summary>
    private static Task EchoUpperAsync(TcpListener listener, int times) => Task.WhenAll(Enumerable.Range(0, times).Select(async _ =>
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(Cancel);
        byte[] buffer = new byte[100];
        int read;
        while ((read = await client.GetStream().ReadAsync(buffer, Cancel)) > 0)
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(buffer, 0, read).ToUpperInvariant()), Cancel);
        await client.GetStream().WriteAsync(" bye"u8.ToArray(), Cancel);
    }));
}
