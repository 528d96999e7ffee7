// SPDX-License-Identifier: Apache-2.0

using System.IO;
using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using k8s.Models;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.CSharpClient;

/// <summary>The official C# client, as its users use it.</summary>
public sealed class ClientTests(TestCluster cluster) : ApiTest(cluster)
{
    /// <summary>Of pods that stay when another test makes a node evict its pods.</summary>
    private static readonly V1Toleration[] Staying = [new() { OperatorProperty = "Exists", Effect = "NoExecute" }];

    [Fact]
    public async Task Typed_objects_are_created_read_changed_and_deleted()
    {
        V1ConfigMap made = await Client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "c" }, Data = new Dictionary<string, string> { ["a"] = "1" } }, Namespace, cancellationToken: Cancel);
        made.Data["a"] = "2";
        V1ConfigMap changed = await Client.CoreV1.ReplaceNamespacedConfigMapAsync(made, "c", Namespace, cancellationToken: Cancel);
        V1ConfigMapList listed = await Client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: Cancel);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("c", Namespace, cancellationToken: Cancel);

        Assert.Equal("2", changed.Data["a"]);
        Assert.Contains(listed.Items, item => item.Metadata.Name == "c");
        var gone = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(() => Client.CoreV1.ReadNamespacedConfigMapAsync("c", Namespace, cancellationToken: Cancel));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Theory]
    [InlineData(V1Patch.PatchType.JsonPatch, """[{"op":"replace","path":"/data/a","value":"2"}]""")]
    [InlineData(V1Patch.PatchType.MergePatch, """{"data":{"a":"2"}}""")]
    [InlineData(V1Patch.PatchType.StrategicMergePatch, """{"data":{"a":"2"}}""")]
    [InlineData(V1Patch.PatchType.ApplyPatch, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"2"}}""")]
    public async Task All_four_patches_work(V1Patch.PatchType type, string patch)
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "c" }, Data = new Dictionary<string, string> { ["a"] = "1" } }, Namespace, cancellationToken: Cancel);

        V1ConfigMap changed = await Client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(patch, type), "c", Namespace, fieldManager: "me", force: type == V1Patch.PatchType.ApplyPatch ? true : null, cancellationToken: Cancel);

        Assert.Equal("2", changed.Data["a"]);
    }

    [Fact]
    public async Task Watch_yields_typed_events()
    {
        var seen = new List<string>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await Client.CoreV1.CreateNamespacedSecretAsync(new V1Secret { Metadata = new V1ObjectMeta { Name = "before" } }, Namespace, cancellationToken: Cancel);

        await foreach ((WatchEventType type, V1Secret secret) in Client.CoreV1.WatchListNamespacedSecretAsync(Namespace, cancellationToken: patience.Token))
        {
            // What was there before is told first: the watch has begun.
            if (secret.Metadata.Name == "before")
            {
                await Client.CoreV1.CreateNamespacedSecretAsync(new V1Secret { Metadata = new V1ObjectMeta { Name = "s" } }, Namespace, cancellationToken: Cancel);
                await Client.CoreV1.DeleteNamespacedSecretAsync("s", Namespace, cancellationToken: Cancel);
            }
            if (secret.Metadata.Name == "s")
                seen.Add($"{type}");
            if (type == WatchEventType.Deleted)
                break;
        }

        Assert.Equal(["Added", "Deleted"], seen);
    }

    [Fact]
    public async Task Exec_runs_a_command_in_a_pod()
    {
        await Client.CoreV1.CreateNamespacedPodAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = "p" },
                Spec = new V1PodSpec { TerminationGracePeriodSeconds = 1, Tolerations = Staying, Containers = [new V1Container { Name = "main", Image = Cluster.Image, ImagePullPolicy = "Never", Command = ["sh", "-c", "sleep 1000"] }] },
            },
            Namespace, cancellationToken: Cancel);
        await Until(async () => (await Client.CoreV1.ReadNamespacedPodAsync("p", Namespace, cancellationToken: Cancel)).Status.Phase == "Running", "the pod runs");
        string output = "";

        int code = await Client.NamespacedPodExecAsync("p", Namespace, "main", ["sh", "-c", "echo out; exit 3"], tty: false, async (_, stdout, _) =>
        {
            using var reader = new StreamReader(stdout);
            output = await reader.ReadToEndAsync();
        }, Cancel);

        Assert.Equal(3, code);
        Assert.Equal("out\n", output);
    }

    [Fact]
    public async Task Port_is_forwarded_to_a_pod()
    {
        await Client.CoreV1.CreateNamespacedPodAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = "w" },
                Spec = new V1PodSpec
                {
                    TerminationGracePeriodSeconds = 1,
                    Tolerations = Staying,
                    Containers =
                    [
                        new V1Container
                        {
                            Name = "main", Image = Cluster.Image, ImagePullPolicy = "Never", Ports = [new V1ContainerPort { ContainerPort = 8080 }],
                            Command = ["sh", "-c", $"mkdir -p /tmp/f-$HOSTNAME; echo forwarded >/tmp/f-$HOSTNAME/index.html; exec {Cluster.Busybox()} httpd -f -p ${{PORT0:-8080}} -h /tmp/f-$HOSTNAME"],
                            ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/", Port = 8080 }, PeriodSeconds = 1 },
                        },
                    ],
                },
            },
            Namespace, cancellationToken: Cancel);
        await Until(
            async () => (await Client.CoreV1.ReadNamespacedPodAsync("w", Namespace, cancellationToken: Cancel)).Status.Conditions?.Any(item => item is { Type: "Ready", Status: "True" }) == true,
            "the pod is ready");

        System.Net.WebSockets.WebSocket socket = await Client.WebSocketNamespacedPodPortForwardAsync("w", Namespace, [8080], "v4.channel.k8s.io", cancellationToken: Cancel);
        using var demuxer = new StreamDemuxer(socket, StreamType.PortForward, ownsSocket: true);
        demuxer.Start();
        using Stream stream = demuxer.GetStream((byte?)0, (byte?)0);
        await stream.WriteAsync("GET /index.html HTTP/1.0\r\n\r\n"u8.ToArray(), Cancel);
        using var reader = new StreamReader(stream);
        string answer = await reader.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        Assert.StartsWith("HTTP/1.", answer, StringComparison.Ordinal);
        Assert.EndsWith("forwarded\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_two_candidates_leads_and_the_other_follows_when_it_stops()
    {
        var led = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var first = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var second = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        LeaderElector Candidate(string name)
        {
            var elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(Client, Namespace, "lead", name))
            {
                LeaseDuration = TimeSpan.FromSeconds(2), RenewDeadline = TimeSpan.FromSeconds(1.5), RetryPeriod = TimeSpan.FromMilliseconds(300),
            });
            elector.OnStartedLeading += () => led.Enqueue(name);
            return elector;
        }

        using LeaderElector a = Candidate("a");
        Task runA = a.RunUntilLeadershipLostAsync(first.Token);
        await Until(() => Task.FromResult(led.Contains("a")), "a leads");
        using LeaderElector b = Candidate("b");
        Task runB = b.RunUntilLeadershipLostAsync(second.Token);
        await first.CancelAsync();
        await Until(() => Task.FromResult(led.Contains("b")), "b leads", 30);
        await second.CancelAsync();
        await Task.WhenAll(runA, runB).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal(["a", "b"], led);
    }
}
