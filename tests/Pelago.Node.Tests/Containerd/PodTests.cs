// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Kube;
using Pelago.Node.Containerd;
using Pelago.Node.Services;
using Pelago.Node.Tests.Agent;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>A node agent whose pods are containers.</summary>
public sealed class PodTests : AgentFixture
{
    private bool _runs;

    protected override NodeOptions Options => base.Options with { Runtime = NodeRuntime.Containerd, ServiceNetwork = Cidr4.Parse($"10.236.{Instance % 256}.0/24") };

    private ContainerdOptions Containerd => new()
    {
        Directory = Home["containerd"], PodsDirectory = Home["pods"], PodNetwork = Options.PodNetwork, ClusterNetwork = Options.ClusterNetwork,
    };

    public override async ValueTask InitializeAsync()
    {
        TestImages.RequireContainerd();
        await base.InitializeAsync();
        _runs = true;
        await Agent.Images!.ImportFileAsync(TestImages.WriteBusybox(Home["busybox.tar"]), Cancel);
    }

    public override async ValueTask DisposeAsync()
    {
        string run = Containerd.RunDirectory;
        await base.DisposeAsync();
        if (_runs)
            Assert.False(Directory.Exists(run), $"{run} is left behind");
    }

    [Fact]
    public async Task A_pod_runs_from_its_image_with_its_volumes()
    {
        Apply("""
            kind: ConfigMap
            metadata: {name: settings}
            data: {colour: blue}
            """);
        JsonObject pod = ApplyPod("web", "cat /config/colour; echo; echo kept >/scratch/f; cat /scratch/f; env | grep ^GREETING; exec sleep 1000", """
              volumes: [{name: config, configMap: {name: settings}}, {name: scratch, emptyDir: {}}]
            """, """
                env: [{name: GREETING, value: hello}]
                volumeMounts: [{name: config, mountPath: /config}, {name: scratch, mountPath: /scratch}]
            """);

        JsonObject status = await PhaseAsync("web", "Running");
        await Eventually.TrueAsync(() => Log(pod).Contains("GREETING", StringComparison.Ordinal), Cancel);

        Assert.Equal("blue\nkept\nGREETING=hello\n", Log(pod));
        Assert.StartsWith("10.234.", status.String("podIP"), StringComparison.Ordinal);
        JsonObject container = Container(Pod("web")!, 0)!;
        Assert.StartsWith("containerd://", container.String("containerID"), StringComparison.Ordinal);
        Assert.StartsWith("sha256:", container.String("imageID"), StringComparison.Ordinal);
        await EventAsync("Pulled", $"Container image \"{TestImages.Busybox}\" already present on machine");
    }

    [Fact]
    public async Task A_container_that_ends_is_restarted_and_then_backs_off()
    {
        JsonObject pod = ApplyPod("crash", "echo round; exit 1");

        JsonObject container = await StateAsync("crash", status => status.Object("state")?.Object("waiting")?.String("reason") == "CrashLoopBackOff");

        Assert.Equal(1, container.Integer("restartCount"));
        Assert.Equal(1, container.Object("lastState")!.Object("terminated")!.Integer("exitCode"));
        Assert.Equal(("round\n", "round\n"), (Log(pod, attempt: 0), Log(pod, attempt: 1)));
    }

    [Fact]
    public async Task Another_agent_takes_the_pods_over()
    {
        ApplyPod("web", "exec sleep 1000");
        await PhaseAsync("web", "Running");
        JsonObject before = Container(Pod("web")!, 0)!;

        await StopAgentAsync();
        await StartAgentAsync();

        await Eventually.TrueAsync(() => Agent.Pods.Count == 1, Cancel);
        JsonObject after = Container(Pod("web")!, 0)!;
        Assert.Equal(before.ToJsonString(), after.ToJsonString());
    }

    [Theory]
    [InlineData("Never", "ErrImageNeverPull")]
    [InlineData("IfNotPresent", "ImagePullBackOff")]
    public async Task A_pod_whose_image_is_not_to_be_had_says_so(string policy, string reason)
    {
        ApplyPod("absent", "true", image: "127.0.0.1:9/none:1", containerMore: $"    imagePullPolicy: {policy}");

        JsonObject container = await StateAsync("absent", status => status.Object("state")?.Object("waiting")?.String("reason") == reason);

        Assert.Contains("127.0.0.1:9/none:1", container.Object("state")!.Object("waiting")!.String("message"), StringComparison.Ordinal);
        await EventAsync("Failed", $"Error: {reason}");
    }

    [Fact]
    public async Task Deleting_a_pod_ends_it_gracefully_and_leaves_nothing()
    {
        JsonObject pod = ApplyPod("web", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        await Eventually.TrueAsync(() => Log(pod).Contains("up", StringComparison.Ordinal), Cancel);

        await DeleteAsync("web");
        await GoneAsync("web");

        await EventAsync("Killing", "Stopping container main");
        Assert.Equal(0, Container(Cluster.Last("pods", "default", "web")!, 0)!.Object("state")!.Object("terminated")!.Integer("exitCode"));
        await Eventually.TrueAsync(() => Agent.Pods.Count == 0, Cancel);
        Assert.Empty(Directory.GetDirectories(Home["pods"]));
    }

    [Fact]
    public async Task A_service_address_answers_inside_a_container()
    {
        using var backend = new TcpListener(IPAddress.Loopback, 0);
        backend.Start();
        Task serving = ServeAsync(backend, "from the service\n");
        Cidr4 services = Options.ServiceNetwork!.Value;
        string address = services.AddressAt(20).ToString();
        Apply($"""
            kind: Service
            metadata: {"{"}name: backend{"}"}
            spec: {"{"}clusterIP: {address}, clusterIPs: [{address}], ports: [{"{"}name: http, port: 80, protocol: TCP{"}"}]{"}"}
            """);
        Apply($"""
            kind: EndpointSlice
            apiVersion: discovery.k8s.io/v1
            metadata: {"{"}name: backend-1, labels: {"{"}kubernetes.io/service-name: backend{"}"}{"}"}
            addressType: IPv4
            ports: [{"{"}name: http, port: {((IPEndPoint)backend.LocalEndpoint).Port}, protocol: TCP{"}"}]
            endpoints: [{"{"}addresses: [127.0.0.1], conditions: {"{"}ready: true{"}"}{"}"}]
            """);
        await using ServiceAgent agent = await ServiceAgent.StartAsync(
            new ServiceOptions { ServiceNetwork = services, PodNetwork = Options.ClusterNetwork, FirstNodeNetwork = Options.PodNetwork, BridgeName = Options.BridgeName },
            Cluster, LoggerFactory.Create(_ => { }), TimeProvider.System, Cancel);

        JsonObject pod = ApplyPod("client", $"while ! nc -w 2 {address} 80; do sleep 0.2; done; sleep 1000");
        await Eventually.TrueAsync(() => Log(pod).Length > 0, Cancel);

        Assert.Equal("from the service\n", Log(pod));
        backend.Stop();
        await serving;
    }

    private JsonObject ApplyPod(string name, string script, string more = "", string containerMore = "", string image = TestImages.Busybox) => Apply($"""
        kind: Pod
        metadata: {"{"}name: {name}{"}"}
        spec:
          terminationGracePeriodSeconds: 5
        {more}
          containers:
          - name: main
            image: {image}
            command: [/bin/sh, -c, {System.Text.Json.JsonSerializer.Serialize(script)}]
        {containerMore}
        """);

    private static async Task ServeAsync(TcpListener listener, string answer)
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The test has ended it.
        }
    }
}
