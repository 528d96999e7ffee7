// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.TestKit.Images;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Images;

/// <summary>The image commands on a cluster of two nodes that run containers.</summary>
public sealed class ImageCommandTests : IAsyncLifetime
{
    private const string Name = "docker.io/library/box:1";
    private readonly LocalHome _home = new();

    public async ValueTask InitializeAsync()
    {
        ContainerHome.Require();
        ImageFile.WriteBusybox(_home.Beside("box.tar"), "box:1", "sleep");
        await _home.UpAsync("--runtime", "containerd", "--nodes", "2");
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task Images_come_to_every_node_are_listed_and_go()
    {
        ProgramResult empty = await RunAsync(0, "image", "ls");
        ProgramResult imported = await RunAsync(0, "image", "import", _home.Beside("box.tar"));
        ProgramResult again = await ShellAsync($"gzip -c '{_home.Beside("box.tar")}' | '{CliProcess.Program}' image import - --name team/box:2 --node node-2 -o name");
        ProgramResult table = await RunAsync(0, "image", "ls");
        JsonNode json = await _home.JsonAsync("image", "ls");

        Assert.Equal(("", "no images; 'pelago image import FILE' brings some\n"), (empty.Output, empty.Error));
        Assert.Matches(@"^IMAGE +ID +SIZE +NODES\ndocker\.io/library/box:1 +[0-9a-f]{12} +\d+(\.\d)? [KM]iB +node-1,node-2\n$", imported.Output);
        Assert.True(again.Output == "docker.io/team/box:2\n", again.ToString());
        string[] rows = table.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([Name, "docker.io/team/box:2"], rows.Skip(1).Select(row => row.Split(' ')[0]));
        Assert.EndsWith("   node-2", rows[2], StringComparison.Ordinal);
        Assert.Single(rows.Select(row => row.IndexOf("node-", StringComparison.Ordinal)).Where(at => at > 0).Distinct());
        JsonObject item = json["items"]!.AsArray().Select(node => node!.AsObject()).Single(node => (string)node["node"]! == "node-2" && node["names"]!.AsArray().Count == 2);
        Assert.Equal(["cluster", "node", "id", "names", "digests", "sizeBytes", "usedBy", "pinned"], item.Select(field => field.Key));
        Assert.Equal($"{Name}\ndocker.io/team/box:2\n", (await RunAsync(0, "image", "ls", "-o", "name")).Output);
        Assert.Equal("docker.io/team/box:2\n", (await RunAsync(0, "__complete", "--", "image", "rm", "docker.io/team")).Output);

        ProgramResult removed = await RunAsync(0, "image", "rm", "box:1");
        ProgramResult absent = await RunAsync(3, "image", "rm", "box:1");

        Assert.Equal("box:1 removed from node-1, node-2\n", removed.Output);
        Assert.Contains("no image box:1 on the 2 nodes of pelago-1; 'pelago image ls' shows those there are", absent.Error, StringComparison.Ordinal);
        Assert.Equal("docker.io/team/box:2\n", (await RunAsync(0, "image", "ls", "-o", "name")).Output);
    }

    [Fact]
    public async Task What_a_pod_is_on_stays_and_what_is_no_image_is_refused()
    {
        await RunAsync(0, "image", "import", _home.Beside("box.tar"));
        await using var cluster = new TestApi(_home.Places.ClusterKubeconfig("pelago-1"));
        await cluster.ApplyAsync("pods", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "user" },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = "node-1", ["terminationGracePeriodSeconds"] = 0,
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "box:1", ["command"] = new JsonArray("sleep", "1000") }),
            },
        });
        await cluster.PodAsync("user", pod => (string?)pod["status"]?["phase"] == "Running");

        ProgramResult used = await RunAsync(1, "image", "rm", "box:1");
        ProgramResult wide = await RunAsync(0, "image", "ls", "-o", "wide", "--node", "node-1");
        await File.WriteAllTextAsync(_home.Beside("text.tar"), new string('x', 4096), TestContext.Current.CancellationToken);
        ProgramResult text = await RunAsync(1, "image", "import", _home.Beside("text.tar"));
        JsonArray reported = (await cluster.GetAsync("/api/v1/nodes/node-1", node => node["status"]?["images"] is JsonArray { Count: > 1 }))["status"]!["images"]!.AsArray();

        Assert.Contains("image \"box:1\" is in use on node node-1 by pod default/user: delete the pod first", used.Error, StringComparison.Ordinal);
        Assert.Contains("pod default/user", wide.Output, StringComparison.Ordinal);
        Assert.Contains("text.tar was not imported: node node-1 of cluster pelago-1: the image cannot be imported: the archive is no tar archive", text.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("node-2", text.Error, StringComparison.Ordinal);
        Assert.Contains(reported, image => image!["names"]!.AsArray().Any(name => (string)name! == Name));
    }

    private async Task<ProgramResult> RunAsync(int code, params string[] arguments)
    {
        ProgramResult result = await _home.RunAsync(arguments);
        Assert.True(result.ExitCode == code, result.ToString());
        return result;
    }

    private Task<ProgramResult> ShellAsync(string script) => ProgramRun.RunAsync(
        "/bin/bash", ["-c", script], new Dictionary<string, string?> { ["PELAGO_HOME"] = _home.Root }, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
}
