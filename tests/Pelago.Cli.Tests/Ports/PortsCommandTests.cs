// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Images;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Cli.Tests.Ports;

public sealed class PortsCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task After_the_daemon_was_killed_the_taken_ports_are_those_of_living_pods()
    {
        await using var home = new LocalHome();
        string kubeconfig = Kubeconfig(await home.UpAsync("--runtime", "process"));
        await using (var api = new TestApi(kubeconfig))
        {
            await api.ApplyAsync("apps/deployments", Deployment("before", 4));
            await RunningAsync(api, 4);
        }

        using (Process daemon = Process.GetProcessById(home.Places.ReadDaemon()!.Pid))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(Cancel);
        }

        await using var again = new TestApi(Kubeconfig(await home.UpAsync("--runtime", "process")));
        await again.ApplyAsync("apps/deployments", Deployment("after", 4));
        JsonObject[] pods = await RunningAsync(again, 8);

        int[] given = [.. pods.SelectMany(pod => PortsOf((string)pod["metadata"]!["annotations"]![HostPortAllocation.Annotation]!))];
        Assert.Equal(24, given.Length);
        Assert.Equal(24, given.Distinct().Count());
        JsonNode node = (await home.JsonAsync("ports"))["items"]!.AsArray().Single()!;
        Assert.Equal(24, (int)node["used"]!);
        Assert.Equal(given.Order(), node["pods"]!.AsArray().SelectMany(pod => PortsOf((string)pod!["ports"]!)).Order());
    }

    [Fact]
    public async Task Who_listens_on_a_port_of_the_window_is_named_by_the_audit()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        JsonNode node = (await home.JsonAsync("ports"))["items"]!.AsArray().Single()!;
        Assert.True(PortRanges.TryParse((string)node["window"]!, out PortRanges? window, out string? problem), problem);
        using Socket stranger = ListenIn(window, out int port);

        JsonNode? found = await Eventually.GetAsync(
            async () => (await home.JsonAsync("ports", "--audit"))["items"]!.AsArray().FirstOrDefault(item => (int)item!["port"]! == port),
            item => item is not null, Cancel);

        Assert.Equal(("node-1", "TCP", Environment.ProcessId), ((string)found!["node"]!, (string)found["protocol"]!, (int)found["pid"]!));
        Assert.NotEmpty((string)found["command"]!);
        node = (await home.JsonAsync("ports"))["items"]!.AsArray().Single()!;
        Assert.True(PortRanges.TryParse((string)node["busy"]!, out PortRanges? busy, out problem), problem);
        Assert.True(busy.Contains(port));
        Assert.Equal(window.Count, (int)node["free"]! + (int)node["used"]! + busy.Count);
    }

    private static string Kubeconfig(JsonNode up) => (string)up["clusters"]![0]!["kubeconfig"]!;

    private static Socket ListenIn(PortRanges window, out int port)
    {
        for (port = window.Ranges[^1].Last; window.Contains(port); port--)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen();
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        throw new InvalidOperationException($"every port of the window {window} is taken on this machine");
    }

    private static async Task<JsonObject[]> RunningAsync(TestApi api, int count)
    {
        JsonObject list = await api.GetAsync(
            "/api/v1/namespaces/default/pods", pods => pods["items"]!.AsArray().Count(pod => (string?)pod!["status"]?["phase"] == "Running") == count);
        return [.. list["items"]!.AsArray().OfType<JsonObject>()];
    }

    private static int[] PortsOf(string allocated)
    {
        Assert.True(HostPortAllocation.TryParse(allocated, out HostPortAllocation? given), allocated);
        return [.. given.Ports.Ranges.ToArray().SelectMany(range => Enumerable.Range(range.First, range.Count))];
    }

    private static JsonObject Deployment(string name, int replicas) => KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes($$"""
        {"metadata":{"name":"{{name}}"},"spec":{"replicas":{{replicas}},"selector":{"matchLabels":{"app":"{{name}}"} },
         "template":{"metadata":{"labels":{"app":"{{name}}"},"annotations":{"ports.pelago.dev/host":"http=auto, data=2@auto-contiguous"} },
          "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"c","image":"any","command":["sleep","1000"]}]} } } }
        """));
}
