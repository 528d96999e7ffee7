// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.KubectlTour;

/// <summary>kubectl port-forward to a pod that answers HTTP on 8080 and gives back on 8081 what it is sent.</summary>
public sealed class PortForwardTests(TestCluster cluster) : KubectlTest(cluster)
{
    private string Script =>
        $"mkdir -p /tmp/w-$HOSTNAME; echo hello from the pod >/tmp/w-$HOSTNAME/index.html; {Cluster.Busybox()} nc -ll -p ${{PORT1:-8081}} -e cat & "
        + "exec busybox httpd -f -p ${PORT0:-8080} -h /tmp/w-$HOSTNAME";

    [Theory]
    [MemberData(nameof(KubectlVersions.Forwarding), MemberType = typeof(KubectlVersions))]
    public async Task Forward_carries_connections_at_once_until_it_is_interrupted(string version)
    {
        Kubectl kubectl = await ServeAsync(version);
        using Process forward = kubectl.Start(["port-forward", "web", ":8080", ":8081"]);
        (int web, int echo) = (await PortAsync(forward, 8080), await PortAsync(forward, 8081));
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30), DefaultRequestHeaders = { ConnectionClose = true } };

        Task<string>[] pages = [.. Enumerable.Range(0, 12).Select(_ => client.GetStringAsync($"http://127.0.0.1:{web}/", Cancel))];
        Task<byte[]>[] echoes = [.. Enumerable.Range(1, 4).Select(i => EchoAsync(echo, i * 300_000))];
        Assert.All(await Task.WhenAll(pages), page => Assert.Equal("hello from the pod\n", page));
        Assert.All((await Task.WhenAll(echoes)).Select((hash, i) => (hash, i)), pair => Assert.Equal(HashOf((pair.i + 1) * 300_000), pair.hash));

        using (Process kill = Process.Start("kill", ["-INT", $"{forward.Id}"]))
            await kill.WaitForExitAsync(Cancel);
        await forward.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"http://127.0.0.1:{web}/", Cancel));
    }

    [Theory]
    [MemberData(nameof(KubectlVersions.Forwarding), MemberType = typeof(KubectlVersions))]
    public async Task Refused_port_gives_an_error_line_and_other_forwards_go_on(string version)
    {
        Kubectl kubectl = await ServeAsync(version);
        using Process working = kubectl.Start(["port-forward", "web", ":8080"]);
        int web = await PortAsync(working, 8080);
        using Process refused = kubectl.Start(["port-forward", "web", ":1"]);
        int nothing = await PortAsync(refused, 1);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30), DefaultRequestHeaders = { ConnectionClose = true } };

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"http://127.0.0.1:{nothing}/", Cancel));
        // From 1.23 on it gives up by itself after the first error.
        string? said = KubectlVersions.IsBefore(version, 23)
            ? await refused.StandardError.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel)
            : await refused.StandardError.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        Assert.Contains($"an error occurred forwarding {nothing} -> 1: ", said, StringComparison.Ordinal);
        Assert.Equal("hello from the pod\n", await client.GetStringAsync($"http://127.0.0.1:{web}/", Cancel));
        working.Kill();
        refused.Kill();
    }

    [Theory]
    [Trait("Lane", "Slow")]
    [MemberData(nameof(KubectlVersions.Forwarding), MemberType = typeof(KubectlVersions))]
    public async Task A_hundred_megabytes_come_back_unchanged(string version)
    {
        Kubectl kubectl = await ServeAsync(version);
        using Process forward = kubectl.Start(["port-forward", "web", ":8081"]);

        Assert.Equal(HashOf(100_000_000), await EchoAsync(await PortAsync(forward, 8081), 100_000_000));
        forward.Kill();
    }

    private async Task<Kubectl> ServeAsync(string version)
    {
        Kubectl kubectl = Kubectl(version);
        await kubectl.PipeAsync(
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"tolerations":{{{Staying}}},"terminationGracePeriodSeconds":1,"containers":[
             {"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","ports":[{"containerPort":8080},{"containerPort":8081}],
              "readinessProbe":{"tcpSocket":{"port":8080},"periodSeconds":1},"command":["sh","-c","{{{Script}}}"]}]}}
            """, "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/web", "--timeout=60s");
        return kubectl;
    }

    /// <summary>The local port, from the line that says where kubectl listens; the lines come in the order of the ports.</summary>
    private static async Task<int> PortAsync(Process forward, int port)
    {
        while (await forward.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel) is { } line)
        {
            if (line.StartsWith("Forwarding from 127.0.0.1:", StringComparison.Ordinal) && line.EndsWith($" -> {port}", StringComparison.Ordinal))
                return int.Parse(line.Split(':', ' ')[3], System.Globalization.CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException($"kubectl ended: {await forward.StandardError.ReadToEndAsync(Cancel)}");
    }

    /// <summary>Sends so many bytes, ends, and reads what comes back to its end, both at once; its hash.</summary>
    private static async Task<byte[]> EchoAsync(int port, int length)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancel);
        Task sending = Task.Run(
            async () =>
            {
                await client.GetStream().WriteAsync(BytesOf(length), Cancel);
                client.Client.Shutdown(SocketShutdown.Send);
            }, Cancel);
        byte[] hash = await SHA256.HashDataAsync(client.GetStream(), Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(3), Cancel);
        await sending;
        return hash;
    }

    private static byte[] HashOf(int length) => SHA256.HashData(BytesOf(length));

    private static byte[] BytesOf(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
