// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Cli.Tests.Images;
using Pelago.Cli.Tests.Output;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Watch;

public sealed class WatchCommandTests
{
    private const char ControlC = '\x03';

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pods_of_a_cluster_are_counted_each_second_and_drawn_on_a_terminal()
    {
        await using var home = new LocalHome();
        JsonNode up = await home.JsonAsync("up", "--detach", "--port", "0", "--simulated", "--nodes", "3");
        await using (var api = new TestApi((string)up["clusters"]![0]!["kubeconfig"]!))
        {
            await api.ApplyAsync("apps/deployments", Deployment("web", 30));
            await api.GetAsync("/apis/apps/v1/namespaces/default/deployments/web", deployment => deployment["status"]?.AsObject().Integer("readyReplicas") == 30);
        }

        JsonObject count = Last(await home.RunAsync("watch", "-o", "json", "--for", "8", "-n", "default"));
        Assert.Equal((30L, 30L, 3L, 0L), (count.Integer("pods"), count.Integer("ready"), count.Integer("nodes"), count.Integer("failed")));
        Assert.Equal(0L, Last(await home.RunAsync("watch", "-o", "json", "--for", "8", "-l", "app=other")).Integer("pods"));

        string[] lines = (await home.RunAsync("watch", "--grid", "--for", "8")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["TIME", "PODS", "NODES"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        Assert.Equal(["30", "3"], lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..3]);

        foreach (char end in new[] { 'q', ControlC })
        {
            using var terminal = PseudoTerminal.Start(home.Root, Grid("--by workload"));
            await terminal.UntilAsync("30 pods on 3 nodes, by workload");
            await terminal.UntilAsync("default/web ■ ■ ■");
            terminal.Press('n');
            await terminal.UntilAsync("30 pods on 3 nodes, by node");
            await terminal.UntilAsync("node-3 ■");
            terminal.Press(end);
            ProgramResult screen = await terminal.EndAsync();
            Assert.True(screen.ExitCode == 0, screen.ToString());
            AssertRestored(screen.Output);
        }
    }

    [Fact]
    public async Task A_cluster_that_gives_no_answer_ends_it_with_4_and_the_terminal_is_as_before()
    {
        await using var home = new LocalHome();
        string kubeconfig = home.Beside("nowhere.yaml");
        await File.WriteAllTextAsync(kubeconfig, """
            apiVersion: v1
            kind: Config
            current-context: nowhere
            contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
            clusters: [{name: nowhere, cluster: {server: "http://127.0.0.1:1"}}]
            users: [{name: nobody, user: {}}]
            """, Cancel);

        ProgramResult lines = await home.RunAsync("watch", "--kubeconfig", kubeconfig);
        using var terminal = PseudoTerminal.Start(home.Root, Grid($"--kubeconfig {kubeconfig}"));
        ProgramResult screen = await terminal.EndAsync();

        Assert.Equal(4, lines.ExitCode);
        Assert.Empty(lines.Output);
        Assert.StartsWith("pelago: cannot reach cluster \"nowhere\"", lines.Error, StringComparison.Ordinal);
        Assert.Equal(4, screen.ExitCode);
        Assert.Contains("pelago: cannot reach cluster \"nowhere\"", screen.Output, StringComparison.Ordinal);
        AssertRestored(screen.Output);
    }

    [Theory]
    [InlineData("there,nowhere", 1)]
    [InlineData("nowhere,there", 1)]
    [InlineData("nowhere,neither", 4)]
    public async Task Of_several_clusters_all_must_be_away_for_a_4(string clusters, int code)
    {
        using var directory = new TemporaryDirectory();
        await using FakeApiServer server = await FakeApiServer.StartAsync(AnswerAsync, tls: false, Cancel);
        await File.WriteAllTextAsync(directory["kubeconfig"], $$"""
            apiVersion: v1
            kind: Config
            contexts:
            - {name: there, context: {cluster: there, user: nobody} }
            - {name: nowhere, context: {cluster: nowhere, user: nobody} }
            - {name: neither, context: {cluster: nowhere, user: nobody} }
            clusters:
            - {name: there, cluster: {server: "{{server.Url}}"} }
            - {name: nowhere, cluster: {server: "http://127.0.0.1:1"} }
            users: [{name: nobody, user: {} }]
            """, Cancel);

        ProgramResult result = await CliProcess.RunAsync(directory["home"], "watch", "--for", "8", "--kubeconfig", directory["kubeconfig"], "--cluster", clusters);

        Assert.True(result.ExitCode == code, result.ToString());
        Assert.Contains("cannot reach cluster \"nowhere\"", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Knows no cells and has no pods.</summary>
    private static async Task AnswerAsync(HttpContext http)
    {
        bool knows = !http.Request.Headers.Accept.ToString().Contains(CellProtocol.MediaType, StringComparison.Ordinal);
        http.Response.StatusCode = knows ? 200 : 406;
        http.Response.ContentType = "application/json";
        if (knows && http.Request.Query.ContainsKey("watch"))
        {
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted); // A watch that says nothing.
        }
        await http.Response.WriteAsync("""{"metadata":{"resourceVersion":"7"},"items":[]}""", http.RequestAborted);
    }

    private static JsonObject Last(ProgramResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        string line = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(line));
    }

    /// <summary>The page is the shell's again, with a cursor, and typed lines are shown and edited.</summary>
    private static void AssertRestored(string output)
    {
        string[] pages = output.Split("\e[?1049h");
        Assert.Equal(2, pages.Length);
        string after = pages[1].Split("\e[?25h\e[?1049l")[^1];
        Assert.Matches(@"(^|\s)icanon\s", after);
        Assert.Matches(@"(^|\s)echo\s", after);
    }

    /// <summary>Says what it ended with, and prints how the terminal is set then.</summary>
    private static string Grid(string options) => $"trap : INT; {CliProcess.Program} watch --grid {options}; code=$?; stty -a; exit $code";

    private static JsonObject Deployment(string name, int replicas) => KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes($$"""
        {"metadata":{"name":"{{name}}"},"spec":{"replicas":{{replicas}},"selector":{"matchLabels":{"app":"{{name}}"} },
         "template":{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"containers":[{"name":"c","image":"any"}]} } } }
        """));
}
