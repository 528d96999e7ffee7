// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Install;

/// <summary>What needs no node that a kubelet runs; the rest is in Conformance.</summary>
public sealed class InstallCommandTests : IAsyncDisposable
{
    private readonly LocalHome _home = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task A_dry_run_prints_the_manifests_and_asks_no_cluster()
    {
        ProgramResult result = await _home.RunAsync("install", "--dry-run", "--image", "registry.example.com/pelago:9", "--containerd-socket", "/run/k3s/containerd/containerd.sock", "--agent-port", "20360");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(YamlReader.TryReadAll(System.Text.Encoding.UTF8.GetBytes(result.Output), out IReadOnlyList<YamlDocument>? documents, out string? error), error);
        JsonObject[] all = [.. documents.Select(document => KubeJson.ParseObject(document.Json))];
        Assert.Equal("Namespace", all[0].String("kind"));
        Assert.Equal("APIService", all[^1].String("kind"));
        Assert.All(all, item => Assert.Equal("pelago-install", item.Object("metadata")?.Object("labels")?.String("app.kubernetes.io/managed-by")));
        Assert.Equal(3, all.Count(item => item.ToJsonString().Contains("\"image\":\"registry.example.com/pelago:9\"", StringComparison.Ordinal)));
        string agent = all.Single(item => item.String("kind") == "DaemonSet").ToJsonString();
        Assert.Contains("\"path\":\"/run/k3s/containerd\"", agent, StringComparison.Ordinal);
        Assert.Contains("\"value\":\"/run/k3s/containerd/containerd.sock\"", agent, StringComparison.Ordinal);
        Assert.Contains("\"path\":\"/var/lib/pelago/history\"", agent, StringComparison.Ordinal);
        Assert.Equal(["history.pelago.dev", "node.pelago.dev"], all.Where(item => item.String("kind") == "APIService").Select(item => item.Object("spec")?.String("group")).Order());
        Assert.Contains("\"containerPort\":20360,\"hostPort\":20360", agent, StringComparison.Ordinal);
        string hub = all.Single(item => item.String("kind") == "Deployment" && item.Object("metadata")?.String("name") == NodeApi.Hub).ToJsonString();
        Assert.All([agent, hub], text => Assert.Contains("{\"name\":\"AGENT_PORT\",\"value\":\"20360\"}", text, StringComparison.Ordinal));
        Assert.DoesNotContain("${", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("privileged: true", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("name")]
    public async Task A_dry_run_prints_in_the_format_that_was_asked_for(string format)
    {
        ProgramResult result = await _home.RunAsync("install", "--dry-run", "-o", format);

        Assert.True(result.ExitCode == 0, result.ToString());
        if (format == "json")
            Assert.Contains(JsonNode.Parse(result.Output)!["items"]!.AsArray(), item => (string?)item!["kind"] == "DaemonSet");
        else
            Assert.Contains("daemonset/", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_installs_packages_comes_only_where_it_is_asked_for()
    {
        ProgramResult plain = await _home.RunAsync("install", "--dry-run"), with = await _home.RunAsync("install", "--dry-run", "--packages");

        Assert.DoesNotContain("cluster-admin", plain.Output, StringComparison.Ordinal);
        Assert.Contains("name: cluster-admin", with.Output, StringComparison.Ordinal);
        Assert.Contains("pelago-packages", with.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_is_applied_applied_again_and_removed_again()
    {
        string kubeconfig = (string)(await _home.UpAsync("--simulated"))["clusters"]![0]!["kubeconfig"]!;
        string[] onto = ["--kubeconfig", kubeconfig, "--context", "pelago-1"];

        ProgramResult first = await _home.RunAsync(["install", "--timeout", "0", "-o", "name", .. onto]);
        ProgramResult second = await _home.RunAsync(["install", "--timeout", "0", "-o", "name", "--packages", .. onto]);
        ProgramResult third = await _home.RunAsync(["install", "--timeout", "0", "-o", "name", .. onto]);
        ProgramResult removed = await _home.RunAsync(["uninstall", .. onto]);
        ProgramResult none = await _home.RunAsync(["uninstall", .. onto]);

        Assert.True((first.ExitCode, second.ExitCode, third.ExitCode, removed.ExitCode, none.ExitCode) == (0, 0, 0, 0, 3), $"{first}\n{second}\n{third}\n{removed}\n{none}");
        Assert.DoesNotContain("deployment/pelago-packages", first.Output, StringComparison.Ordinal);
        string[] names = third.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("daemonset/pelago-node", names);
        Assert.Contains("deployment/pelago-packages", names); // what was there is not left behind
        Assert.Equal(names.Length, removed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("nothing of Pelago is installed on cluster pelago-1", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_is_told_which_rights_it_takes()
    {
        string kubeconfig = (string)(await _home.UpAsync("--simulated"))["clusters"]![0]!["kubeconfig"]!;
        string anonymous = _home.Beside("anonymous");
        IEnumerable<string> lines = (await File.ReadAllLinesAsync(kubeconfig, Cancel)).Where(line => !line.Contains("client-", StringComparison.Ordinal));
        await File.WriteAllTextAsync(anonymous, string.Join('\n', lines).Replace("  user:\n", "  user: {}\n", StringComparison.Ordinal), Cancel);

        ProgramResult result = await _home.RunAsync("install", "--kubeconfig", anonymous);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("did not take Namespace pelago-system", result.Error, StringComparison.Ordinal);
        Assert.Contains("takes the rights of an administrator of the cluster", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_and_words_that_make_no_sense_have_codes_of_their_own()
    {
        await File.WriteAllTextAsync(_home.Beside("gone"), """
            {"current-context":"gone","contexts":[{"name":"gone","context":{"cluster":"gone","user":"gone"}}],
             "clusters":[{"name":"gone","cluster":{"server":"https://127.0.0.1:1"}}],"users":[{"name":"gone","user":{}}]}
            """, Cancel);

        ProgramResult gone = await _home.RunAsync("install", "--kubeconfig", _home.Beside("gone"));
        ProgramResult image = await _home.RunAsync("install", "--image", "Not A Name");
        ProgramResult socket = await _home.RunAsync("install", "--containerd-socket", "/run/x");
        ProgramResult port = await _home.RunAsync("install", "--agent-port", "80");

        Assert.Equal((4, 2, 2, 2), (gone.ExitCode, image.ExitCode, socket.ExitCode, port.ExitCode));
        Assert.Contains("--agent-port 80: must be between 1024 and 65535", port.Error, StringComparison.Ordinal);
        Assert.Contains("cannot reach cluster \"gone\"", gone.Error, StringComparison.Ordinal);
        Assert.Contains("--image Not A Name: is no name of an image", image.Error, StringComparison.Ordinal);
        Assert.Contains("--containerd-socket /run/x: must be an absolute path below a directory of its own", socket.Error, StringComparison.Ordinal);
    }
}
