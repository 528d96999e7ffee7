// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Pelago.TestKit;
using Xunit;

namespace Pelago.Conformance.Install;

/// <summary>
/// Hub and agents on a real Kubernetes, from the image to the last trace of them. Alone: while an aggregated API comes and goes, discovery is not what
/// other tests expect.
/// </summary>
[Collection(nameof(InstallTests))]
public sealed class InstallTests(TestCluster cluster) : KubectlTest(cluster)
{
    private const string Socket = "/run/realkube/containerd.sock";
    private const string Version = KubectlVersions.Preparing;
    private const string NodeHistory = "/var/lib/pelago/history";
    private readonly bool _hadHistory = Directory.Exists(NodeHistory);
    private readonly string _folder = Directory.CreateTempSubdirectory("pelago-install-").FullName;
    private readonly PelagoProgram _pelago = new(cluster);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Hub_and_agents_are_installed_used_and_removed()
    {
        Require();
        await BringImageAsync();

        JsonNode installed = JsonNode.Parse((await InstallAsync("-o", "json")).Output)!;
        string[] kinds = [.. installed["objects"]!.AsArray().Select(item => (string)item!["kind"]!).Distinct()];
        Assert.Superset(new HashSet<string> { "Namespace", "Deployment", "DaemonSet", "APIService", "ClusterRole" }, new HashSet<string>(kinds));
        await InstallAsync(); // once more changes nothing

        KubectlResult resources = await Kubectl(Version).RunAsync("api-resources", "--api-group", "node.pelago.dev");
        Assert.Contains("NodeAgent", resources.Output, StringComparison.Ordinal);
        string node = (await Kubectl(Version).RunAsync("get", "nodes.node.pelago.dev", "-o", "jsonpath={.items[0].metadata.name}")).Output;

        await ImagesAsync();
        await FilesAndLogsAsync(node);
        await HistoryAsync(node);
        await RefusalAsync(node);
        await PortsAsync(node);
        await RestartAsync(node);
        await MoveAsync();
        await RemovalAsync();
    }

    [Fact]
    public async Task Half_of_an_installation_is_removed_and_none_is_said()
    {
        Require();
        string manifests = (await _pelago.RunAsync(0, "install", "--dry-run")).Output;
        string half = string.Join("---\n", manifests.Split("---\n").Take(6));
        await new Kubectl(Cluster, Version, "pelago-system").PipeAsync(half, "apply", "-f", "-");

        ProgramAnswer removed = await _pelago.OnClusterAsync(0, "uninstall");
        ProgramAnswer none = await _pelago.OnClusterAsync(3, "uninstall");

        Assert.Contains("Namespace pelago-system removed", removed.Output, StringComparison.Ordinal);
        Assert.Contains("nothing of Pelago is installed", none.Error, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_said_with_what_to_do()
    {
        Require();

        ProgramAnswer failed = await _pelago.OnClusterAsync(1, "install", "--image", "localhost/none:1", "--containerd-socket", Socket);
        await _pelago.OnClusterAsync(0, "uninstall");

        Assert.Contains("image localhost/none:1 is not on node", failed.Error, StringComparison.Ordinal);
        Assert.Contains("pelago image build", failed.Error, StringComparison.Ordinal);
    }

    private void Require()
    {
        TestCluster.NotOn(Cluster.IsEmbedded, "agents beside a kubelet need one; nodes of the embedded engine serve the same themselves");
        TestCluster.NotOn(!File.Exists(Socket), "the image of Pelago is brought to a node's containerd on this machine, which this cluster has none of");
    }

    private Task<ProgramAnswer> InstallAsync(params string[] more) => _pelago.OnClusterAsync(0, ["install", "--containerd-socket", Socket, .. more]);

    private async Task BringImageAsync()
    {
        string archive = Path.Combine(_folder, "pelago.tar");
        await _pelago.RunAsync(0, "image", "build", "-q", "-o", archive);
        ProgramAnswer imported = await PelagoProgram.TryAsync("ctr", "-a", Socket, "-n", "k8s.io", "images", "import", archive);
        Assert.True(imported.ExitCode == 0, imported.ToString());
    }

    private async Task ImagesAsync()
    {
        string archive = Path.Combine(_folder, "box.tar");
        await PelagoProgram.TryAsync(Path.Combine(RepositoryRoot.Path, "tests/images/build"), "pause", archive);

        Assert.Contains("docker.io/realkube/busybox:1", (await _pelago.OnClusterAsync(0, "image", "ls")).Output, StringComparison.Ordinal);
        Assert.Equal("docker.io/team/box:2\n", (await _pelago.OnClusterAsync(0, "image", "import", archive, "--name", "team/box:2", "-o", "name")).Output);
        Assert.Contains("docker.io/team/box:2\n", (await _pelago.OnClusterAsync(0, "image", "ls", "-o", "name")).Output, StringComparison.Ordinal);
        await _pelago.OnClusterAsync(0, "image", "rm", "team/box:2");
        Assert.DoesNotContain("team/box", (await _pelago.OnClusterAsync(0, "image", "ls", "-o", "name")).Output, StringComparison.Ordinal);
        Assert.Contains("is in use on node", (await _pelago.OnClusterAsync(1, "image", "rm", "pelago:" + await VersionAsync())).Error, StringComparison.Ordinal);
    }

    private async Task FilesAndLogsAsync(string node)
    {
        Kubectl kubectl = Kubectl(Version);
        await kubectl.PipeAsync(ShellPod("writer", $"mkdir /made; printf 0123456789 >/made/file; ln -s /made/file /link; for i in 1 2 3; do echo line $i; done; {SleepForever}"), "apply", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/writer", "--timeout=120s");
        string proxy = $"/apis/node.pelago.dev/v1alpha1/nodes/{node}/proxy", pod = $"{Namespace}/writer/main";

        Assert.Equal("0123456789", (await kubectl.RunAsync("get", "--raw", $"{proxy}/files/{pod}/made/file")).Output);
        Assert.Equal("0123456789", (await kubectl.RunAsync("get", "--raw", $"{proxy}/files/{pod}/link")).Output);
        Assert.Contains("\"made\"", (await kubectl.RunAsync("get", "--raw", $"{proxy}/files/{pod}/")).Output, StringComparison.Ordinal);
        Assert.Equal("line 2\nline 3\n", (await kubectl.RunAsync("get", "--raw", $"{proxy}/containerLogs/{pod}?tailLines=2")).Output);
        JsonNode files = JsonNode.Parse((await kubectl.RunAsync("get", "--raw", $"{proxy}/logFiles/{pod}")).Output)!;
        Assert.Equal("0.log", (string?)files["items"]![0]!["name"]);
        Assert.Contains(" stdout F line 1\n", (await kubectl.RunAsync("get", "--raw", $"{proxy}/logFiles/{pod}/0.log")).Output, StringComparison.Ordinal);
    }

    /// <summary>A Job whose pod goes with it the moment that it ended, and a pod that is killed while it runs: what is read is of pods that are gone.</summary>
    private async Task HistoryAsync(string node)
    {
        Kubectl kubectl = Kubectl(Version);
        JsonNode pod = JsonNode.Parse(ShellPod("quick", "echo from $HOSTNAME; echo second; exit 3"))!;
        var job = new JsonObject
        {
            ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["metadata"] = new JsonObject { ["name"] = "nightly" },
            ["spec"] = new JsonObject { ["backoffLimit"] = 0, ["template"] = new JsonObject { ["spec"] = pod["spec"]!.DeepClone() } },
        };
        job["spec"]!["template"]!["spec"]!["restartPolicy"] = "Never";
        await kubectl.PipeAsync(job.ToJsonString(), "apply", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Failed", "job/nightly", "--timeout=120s");
        await kubectl.RunAsync("delete", "job", "nightly", "--cascade=foreground");
        await kubectl.PipeAsync(ShellPod("killed", $"echo last words; {SleepForever}"), "apply", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/killed", "--timeout=120s");
        await kubectl.RunAsync("delete", "pod", "killed", "--grace-period=1");

        string[] query = ["history", "query", "-n", Namespace, "-o", "json"];
        await Until(async () => await _pelago.TryOnClusterAsync(query) is { ExitCode: 0 } found && JsonNode.Parse(found.Output)!["items"]!.AsArray().Count >= 2, "both are in history");
        JsonArray runs = JsonNode.Parse((await _pelago.OnClusterAsync(0, query)).Output)!["items"]!.AsArray();
        JsonNode nightly = runs.Single(run => (string)run!["spec"]!["owner"]! == "Job/nightly")!, killed = runs.Single(run => (string)run!["spec"]!["pod"]! == "killed")!;
        Assert.Equal((3, node, "Error"), ((int)nightly["status"]!["exitCode"]!, (string)nightly["spec"]!["node"]!, (string)nightly["status"]!["reason"]!));
        Assert.All([nightly, killed], run => Assert.Null(run["status"]!["log"]!["loss"]));

        string name = (string)nightly["metadata"]!["name"]!, podName = (string)nightly["spec"]!["pod"]!;
        Assert.Equal($"from {podName}\nsecond\n", (await _pelago.OnClusterAsync(0, "history", "log", name)).Output);
        Assert.Equal("last words\n", (await _pelago.OnClusterAsync(0, "cat", "-i", $"{Namespace}/killed")).Output);
        Assert.Equal("second\n", (await _pelago.OnClusterAsync(0, "tail", "-i", "-n", "1", $"{Namespace}/{podName}")).Output);
        Assert.Contains("killed", (await _pelago.OnClusterAsync(0, "ps", "-I", "-n", Namespace)).Output, StringComparison.Ordinal);
        Assert.Contains(DateTime.UtcNow.ToString("yyyy-MM-", System.Globalization.CultureInfo.InvariantCulture), (await _pelago.OnClusterAsync(0, "history", "stats")).Output, StringComparison.Ordinal);

        Assert.Contains(name, (await kubectl.RunAsync("get", "runs", "--field-selector", "status.outcome=Failed,spec.owner=Job/nightly")).Output, StringComparison.Ordinal);
        Assert.Equal("second\n", (await kubectl.RunAsync("get", "--raw", $"/apis/history.pelago.dev/v1alpha1/namespaces/{Namespace}/runs/{name}/log?tailLines=1")).Output);
        await kubectl.RunAsync("create", "rolebinding", "reader", "--clusterrole=view", "--user=reader");
        Assert.Contains(name, (await kubectl.RunAsync("get", "runs", "--as", "reader")).Output, StringComparison.Ordinal);
        Assert.Contains("orbidden", (await kubectl.TryAsync(null, "get", "runs", "--as", "reader", "-A")).Error, StringComparison.Ordinal);
        Assert.Contains("orbidden", (await kubectl.TryAsync(null, "get", "runs", "--as", "nobody-in-particular")).Error, StringComparison.Ordinal);
    }

    private async Task RefusalAsync(string node)
    {
        KubectlResult refused = await Kubectl(Version).TryAsync(null, "get", "--raw", $"/apis/node.pelago.dev/v1alpha1/nodes/{node}/proxy/images", "--as", "nobody-in-particular");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("orbidden", refused.Error, StringComparison.Ordinal);
    }

    private async Task PortsAsync(string node)
    {
        JsonNode pod = JsonNode.Parse(ShellPod("ported", SleepForever))!;
        pod["metadata"]!["annotations"] = new JsonObject { ["ports.pelago.dev/host"] = "http=31999" };
        pod["spec"]!["schedulerName"] = "pelago";
        Kubectl kubectl = Kubectl(Version);
        await kubectl.PipeAsync(pod.ToJsonString(), "apply", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/ported", "--timeout=120s");

        JsonNode placed = JsonNode.Parse((await kubectl.RunAsync("get", "pod", "ported", "-o", "json")).Output)!;
        Assert.Equal((node, "http=31999"), ((string?)placed["spec"]!["nodeName"], (string?)placed["metadata"]!["annotations"]!["ports.pelago.dev/host-allocated"]));
        await Until(
            async () => (await kubectl.RunAsync("get", "events", "--field-selector", "involvedObject.name=ported,reason=Scheduled", "-o", "jsonpath={.items[*].source.component}")).Output == "pelago",
            "an event says who placed it");
    }

    private async Task RestartAsync(string node)
    {
        string[] images = ["get", "--raw", $"/apis/node.pelago.dev/v1alpha1/nodes/{node}/proxy/images"];
        Kubectl admin = new(Cluster, Version, "pelago-system");
        string[] address = ["get", "configmap", "pelago-hub", "-o", "jsonpath={.data.address}"];
        string before = (await admin.RunAsync(address)).Output;
        await admin.RunAsync("delete", "pod", "-l", "app.kubernetes.io/name=pelago-hub", "--wait=false");
        await Until(async () => (await admin.RunAsync(address)).Output != before, "another hub says where it is", seconds: 120);
        await Until(async () => (await admin.TryAsync(null, images)).ExitCode == 0, "the agent is reached through it", seconds: 120);
    }

    private async Task MoveAsync()
    {
        await InstallAsync("--agent-port", "20360");

        KubectlResult agents = await Kubectl(Version).RunAsync("get", "nodes.node.pelago.dev", "-o", "jsonpath={.items[*].status.address}");
        Assert.All(agents.Output.Split(' '), address => Assert.EndsWith(":20360", address, StringComparison.Ordinal));
        Assert.Contains("docker.io/realkube/busybox:1", (await _pelago.OnClusterAsync(0, "image", "ls")).Output, StringComparison.Ordinal);
    }

    private async Task RemovalAsync()
    {
        ProgramAnswer removed = await _pelago.OnClusterAsync(0, "uninstall");

        Assert.Contains("APIService v1alpha1.node.pelago.dev removed", removed.Output, StringComparison.Ordinal);
        Assert.Contains("APIService v1alpha1.history.pelago.dev removed", removed.Output, StringComparison.Ordinal);
        await NothingIsLeftAsync();
        Assert.True(Directory.Exists(NodeHistory)); // for the next installation
        if (!_hadHistory)
            Directory.Delete(NodeHistory, recursive: true);
    }

    private async Task NothingIsLeftAsync()
    {
        KubectlResult left = await Kubectl(Version).RunAsync(
            "get", "namespaces,clusterroles,clusterrolebindings,apiservices,rolebindings,deployments,daemonsets", "-A", "-l", "app.kubernetes.io/managed-by=pelago-install", "-o", "name");
        Assert.Empty(left.Output.Trim());
    }

    private async Task<string> VersionAsync() => (await _pelago.RunAsync(0, "--version")).Output.Trim().Split(' ')[1];
}
