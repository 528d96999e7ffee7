// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Probing;
using Pelago.Node.Runtimes;
using Pelago.Node.Simulation;
using Xunit;

namespace Pelago.Node.Tests.Probing;

public sealed class ProberTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ProberTests() => _listener.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("Content-Type", "application/json", "Content-Type: application/json")]
    [InlineData("content-encoding", "gzip", "Content-Encoding: gzip")]
    [InlineData("Content-Length", "5", null)]
    [InlineData("Transfer-Encoding", "chunked", null)]
    [InlineData("Host", "not a host", "Host: not a host")]
    [InlineData("not a name", "x", null)]
    [InlineData("accept", "text/plain", "Accept: text/plain")]
    [InlineData("User-Agent", "me", "User-Agent: me")]
    [InlineData("X-Own", "1", "X-Own: 1")]
    public async Task Any_header_can_be_given(string name, string value, string? sent)
    {
        Task<string> request = AnswerAsync();

        var header = new V1HTTPHeader { Name = name, Value = value };
        ProbeOutcome outcome = await RunAsync(new V1Probe { TimeoutSeconds = 30, HttpGet = new V1HTTPGetAction { Port = Port, HttpHeaders = [header] } });

        Assert.Equal((ProbeResult.Success, ""), (outcome.Result, outcome.Output));
        string[] lines = (await request).Split("\r\n");
        if (sent is not null)
            Assert.Contains(sent, lines);
        Assert.DoesNotContain("Content-Length: 5", lines);
        Assert.Single(lines, line => line.StartsWith("Accept:", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("User-Agent:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redirect_to_what_is_no_page_is_a_failure()
    {
        Task<string> request = AnswerAsync("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        ProbeOutcome outcome = await RunAsync(new V1Probe { TimeoutSeconds = 30, HttpGet = new V1HTTPGetAction { Port = Port } });

        Assert.Equal(ProbeResult.Failure, outcome.Result);
        Assert.DoesNotContain("deadline exceeded", outcome.Output, StringComparison.Ordinal);
        Assert.NotNull(await request);
    }

    [Fact]
    public async Task A_port_that_the_runtime_does_not_reach_is_a_failure()
    {
        ProbeOutcome outcome = await RunAsync(new V1Probe { TimeoutSeconds = 30, TcpSocket = new V1TCPSocketAction { Port = 80 } }, assigned: true);

        Assert.Equal(ProbeResult.Failure, outcome.Result);
        Assert.Contains("nothing listens on its port 80", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_wrong_in_a_probe_itself_is_an_outcome_that_says_nothing_of_the_container()
    {
        ProbeOutcome outcome = await RunAsync(new V1Probe { TimeoutSeconds = 30, HttpGet = new V1HTTPGetAction() });

        Assert.Equal(ProbeResult.Error, outcome.Result);
    }

    private string Port => $"{((IPEndPoint)_listener.LocalEndpoint).Port}";

    private static async Task<ProbeOutcome> RunAsync(V1Probe probe, bool assigned = false)
    {
        var network = Cidr4.Parse("240.0.0.0/24");
        await using var runtime = new SimulatedRuntime(network, (_, _) => throw new RuntimeException("NotFound", ""), TimeProvider.System);
        var sandbox = new PodSandboxStatus
        {
            Id = "s", CreatedAt = DateTimeOffset.UnixEpoch, State = SandboxState.Ready, Address = "127.0.0.1",
            Spec = new PodSandboxSpec { Namespace = "default", Name = "a", Uid = "u" },
            AssignedPorts = assigned ? new Dictionary<int, int> { [80] = 81 } : new Dictionary<int, int>(),
        };
        var target = new ProbeTarget(runtime, sandbox, new V1Container { Name = "main" }, "c", "127.0.0.1");
        return await Prober.RunAsync(probe, target, TimeProvider.System, Cancel);
    }

    /// <summary>Answers one request and returns it.</summary>
    private async Task<string> AnswerAsync(string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync(Cancel);
        await using NetworkStream stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var request = new StringBuilder();
        while (await reader.ReadLineAsync(Cancel) is { Length: > 0 } line)
            request.Append(line).Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancel);
        return request.ToString();
    }
}
