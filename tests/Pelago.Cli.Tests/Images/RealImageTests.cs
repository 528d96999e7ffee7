// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pelago.TestKit.Images;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Images;

/// <summary>nginx and redis from Debian's packages, imported and run as anybody would; then everything around them dies.</summary>
[Trait("Lane", "Slow")]
public sealed class RealImageTests : IAsyncLifetime
{
    private const string Image = "registry.example.com/debian/web-and-store:12";
    private const int Terminate = 15;
    private readonly LocalHome _home = new();
    private readonly TemporaryDirectory _work = new();
    private TestApi? _cluster;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TestApi Cluster => _cluster!;

    public async ValueTask InitializeAsync()
    {
        ContainerHome.Require();
        Assert.SkipWhen(DebianImage.Missing() is not null, DebianImage.Missing() ?? "");
        var image = new DebianImage(_work);
        string? unreachable = await image.DownloadAsync(["nginx-light", "redis-server"], Cancel);
        Assert.SkipWhen(unreachable is not null, unreachable ?? "");
        await image.WriteAsync(_work["image.tar"], [Image], Cancel);
        await UpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        await _home.DisposeAsync();
        _work.Dispose();
    }

    [Fact]
    public async Task Pods_from_a_real_image_outlive_all_that_runs_them_and_keep_their_data()
    {
        ProgramResult imported = await _home.RunAsync("image", "import", _work["image.tar"]);
        Assert.True(imported.ExitCode == 0 && imported.Output.Contains(Image, StringComparison.Ordinal), imported.ToString());
        await ApplyAsync();
        (string Web, string Store) pods = await ReadyAsync();
        await Cluster.TextAsync("/api/v1/namespaces/default/services/web/proxy/", "from nginx of Debian");
        Assert.Equal("OK", await Cluster.ExecAsync(pods.Store, "redis-cli", "set", "kept", "by redis"));
        Assert.Equal("PONG", await Cluster.ExecAsync(pods.Web, "redis-cli", "-h", "store", "ping"));
        string before = await ContainersAsync();

        await EndDaemonAsync(RunningDaemon.KillSignal);
        await UpAsync();
        await RequireSameAsync(before, pods.Store, "the daemon was killed");

        int containerd = Containerd();
        using (var process = Process.GetProcessById(containerd))
            process.Kill();
        await Eventually.TrueAsync(() => Containerd() != containerd, Cancel);
        await Cluster.AnswersAsync(pods.Store, "PONG", "redis-cli", "ping");
        await RequireSameAsync(before, pods.Store, "containerd was killed");

        await EndDaemonAsync(Terminate);
        await UpAsync();
        await RequireSameAsync(before, pods.Store, "the daemon was replaced");

        Assert.Equal(0, (await _home.RunAsync("down")).ExitCode);
        await UpAsync();
        Assert.Equal(pods, await ReadyAsync());
        await Cluster.AnswersAsync(pods.Store, "by redis", "redis-cli", "get", "kept");
    }

    private async Task ApplyAsync()
    {
        await Cluster.ApplyAsync("configmaps", new JsonObject
        {
            ["metadata"] = Named("nginx"),
            ["data"] = new JsonObject
            {
                ["nginx.conf"] = "pid /tmp/nginx.pid; error_log /dev/stderr; events {} http { access_log /dev/stdout; server { listen 80; location / { return 200 'from nginx of Debian'; } } }",
            },
        });
        await Cluster.ApplyAsync("persistentvolumeclaims", new JsonObject
        {
            ["metadata"] = Named("data"),
            ["spec"] = new JsonObject { ["accessModes"] = new JsonArray("ReadWriteOnce"), ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = "100Mi" } } },
        });
        await DeployAsync(
            "web", 80, ["nginx", "-c", "/config/nginx.conf", "-g", "daemon off;"], "/config", new JsonObject { ["name"] = "files", ["configMap"] = Named("nginx") });
        await DeployAsync(
            "store", 6379, ["redis-server", "--dir", "/data", "--appendonly", "yes", "--appendfsync", "always", "--protected-mode", "no"], "/data",
            new JsonObject { ["name"] = "files", ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = "data" } });
    }

    private async Task DeployAsync(string app, int port, string[] command, string path, JsonObject volume)
    {
        JsonObject Labels() => new() { ["app"] = app };
        await Cluster.ApplyAsync("services", new JsonObject
        {
            ["metadata"] = Named(app),
            ["spec"] = new JsonObject { ["selector"] = Labels(), ["ports"] = new JsonArray(new JsonObject { ["port"] = port, ["targetPort"] = port, ["protocol"] = "TCP" }) },
        });
        await Cluster.ApplyAsync("apps/deployments", new JsonObject
        {
            ["metadata"] = Named(app),
            ["spec"] = new JsonObject
            {
                ["replicas"] = 1, ["strategy"] = new JsonObject { ["type"] = "Recreate" }, ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels() },
                    ["spec"] = new JsonObject
                    {
                        ["terminationGracePeriodSeconds"] = 5, ["volumes"] = new JsonArray(volume),
                        ["containers"] = new JsonArray(new JsonObject
                        {
                            ["name"] = "main", ["image"] = Image, ["command"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]),
                            ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "files", ["mountPath"] = path }),
                            ["readinessProbe"] = new JsonObject { ["tcpSocket"] = new JsonObject { ["port"] = port }, ["periodSeconds"] = 1 },
                        }),
                    },
                },
            },
        });
    }

    private async Task<(string Web, string Store)> ReadyAsync() =>
        ((string)(await Cluster.ReadyAsync("web"))["metadata"]!["name"]!, (string)(await Cluster.ReadyAsync("store"))["metadata"]!["name"]!);

    /// <summary>Which containers run since when, and how often they were started again.</summary>
    private async Task<string> ContainersAsync()
    {
        var all = new List<string>();
        foreach (string app in new[] { "web", "store" })
        {
            JsonObject pod = await Cluster.ReadyAsync(app);
            JsonNode status = pod["status"]!["containerStatuses"]![0]!;
            all.Add($"{pod["metadata"]!["name"]} {status["containerID"]} {status["restartCount"]} {status["state"]!["running"]?["startedAt"]} {pod["status"]!["podIP"]}");
        }
        return string.Join('\n', all);
    }

    private async Task RequireSameAsync(string before, string store, string after)
    {
        await Cluster.TextAsync("/api/v1/namespaces/default/services/web/proxy/", "from nginx of Debian");
        string now = await ContainersAsync();
        Assert.True(before == now, $"after {after}:\n{now}\nbefore:\n{before}");
        Assert.Equal("by redis", await Cluster.ExecAsync(store, "redis-cli", "get", "kept"));
    }

    private async Task UpAsync()
    {
        await _home.UpAsync("--runtime", "containerd");
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _cluster = new TestApi(_home.Places.ClusterKubeconfig("pelago-1"));
    }

    private async Task EndDaemonAsync(int signal)
    {
        using var daemon = Process.GetProcessById(_home.Places.ReadHolder()!.Value);
        _ = Kill(daemon.Id, signal);
        await daemon.WaitForExitAsync(Cancel);
    }

    private int Containerd()
    {
        string file = Path.Combine(_home.Places.ClusterDirectory("pelago-1"), "nodes/node-1/containerd/process.json");
        return (int)JsonNode.Parse(File.ReadAllText(file))!["Pid"]!;
    }

    private static JsonObject Named(string name) => new() { ["name"] = name };

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
