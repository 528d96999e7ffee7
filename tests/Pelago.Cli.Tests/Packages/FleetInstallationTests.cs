// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

/// <summary>One command installs on five clusters, each a daemon of its own; one of them is killed, and comes back.</summary>
public sealed class FleetInstallationTests
{
    private static readonly string Packages = Path.Combine(AppContext.BaseDirectory, "our-packages");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Lane", "Slow")]
    public async Task Four_of_five_are_healthy_with_options_of_their_own_and_the_fifth_heals_when_it_returns()
    {
        await using var hub = new LocalHome();
        LocalHome[] others = [new LocalHome(), new LocalHome(), new LocalHome(), new LocalHome()];
        try
        {
            await hub.UpAsync("--runtime", "process");
            string[] names = ["east", "west", "north", "south"];
            JsonNode? doomed = null;
            for (int i = 0; i < others.Length; i++)
            {
                doomed = await others[i].UpAsync("--runtime", "process");
                await OkAsync(hub, "cluster", "add", names[i], "--kubeconfig", others[i].Places.Kubeconfig);
            }

            using (var daemon = Process.GetProcessById((int)doomed!["pid"]!))
            {
                daemon.Kill();
                await daemon.WaitForExitAsync(Cancel);
            }

            await File.WriteAllTextAsync(hub.Beside("north.yaml"), "greeting: good day from the north", Cancel);
            ProgramResult installed = await hub.RunAsync(
                "package", "install", "hello-world", "--repo", Packages, "--cluster", "pelago-1,east,west,north,south", "--yes", "--set", "greeting=howdy", "--set-on", "east:replicas=2",
                "--options-on", $"north:{hub.Beside("north.yaml")}", "-o", "json");
            JsonNode now = JsonNode.Parse(installed.Output)!["installations"]![0]!;
            JsonNode kept = await OnlyAsync(hub);
            await others[3].UpAsync("--runtime", "process");
            JsonNode then = await Eventually.GetAsync(() => OnlyAsync(hub), one => (string?)one["status"]!["phase"] == "Healthy", Cancel, TimeSpan.FromSeconds(90));
            string[] greetings = await Task.WhenAll(others.Prepend(hub).Select(GreetingAsync));

            Assert.Equal(1, installed.ExitCode);
            Assert.Equal(("4/5", "Unreachable"), ((string?)now["ready"], (string?)now["phase"]));
            Assert.Contains("south", (string?)now["message"], StringComparison.Ordinal);
            Assert.Equal("Unreachable", (string?)kept["status"]!["clusters"]!["south"]!["phase"]);
            Assert.Equal("5/5", (string?)then["status"]!["ready"]);
            Assert.Equal(["howdy 1", "howdy 2", "howdy 1", "good day from the north 1", "howdy 1"], greetings);
            await OkAsync(hub, "package", "uninstall", "hello-world", "--yes", "--cluster", "pelago-1,east");
            Assert.All(await Task.WhenAll(others.Prepend(hub).Select(LeftAsync)), Assert.Empty);
        }
        finally
        {
            foreach (LocalHome other in others)
                await other.DisposeAsync();
        }
    }

    private static async Task<JsonNode> OnlyAsync(LocalHome hub) =>
        Assert.Single(JsonNode.Parse(await ReadAsync(hub, "/apis/packages.pelago.dev/v1alpha1/namespaces/default/installations"))!["items"]!.AsArray())!;

    /// <summary>With how many of it.</summary>
    private static async Task<string> GreetingAsync(LocalHome home)
    {
        JsonNode spec = JsonNode.Parse(await ReadAsync(home, "/apis/apps/v1/namespaces/default/deployments/hello-world"))!["spec"]!;
        JsonNode? greeting = spec["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().First(variable => (string?)variable!["name"] == "GREETING");
        return $"{greeting!["value"]} {spec["replicas"]}";
    }

    private static async Task<string> LeftAsync(LocalHome home) =>
        string.Join(' ', JsonNode.Parse(await ReadAsync(home, "/apis/apps/v1/namespaces/default/deployments"))!["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));

    private static async Task<string> ReadAsync(LocalHome home, string path)
    {
        using var api = new HttpKubeApi(
            Kubeconfig.Load([home.Places.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        return Encoding.UTF8.GetString((await api.GetRawAsync(path, Cancel)).BodyOrThrow().Span);
    }

    private static async Task OkAsync(LocalHome home, params string[] arguments)
    {
        ProgramResult result = await home.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
