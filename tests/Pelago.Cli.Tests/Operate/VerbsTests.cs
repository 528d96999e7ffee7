// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Output;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>The verbs beside ps, against clusters that serve no API of tasks.</summary>
public sealed class VerbsTests(FakeClusters clusters) : IClassFixture<FakeClusters>
{
    [Theory]
    [InlineData(0, "web-1.app rack7-1 10.0.0.1", "east", "resolve", "-q", "web-1.app")]
    [InlineData(3, "", "east", "resolve", "nothing")]
    [InlineData(3, "", "east", "kill", "nothing")]
    [InlineData(2, "", "east", "kill", "web")]
    [InlineData(3, "", "east", "kill", "job-1")]
    [InlineData(0, "shop/web-1\tkilled", "east", "kill", "web-1")]
    [InlineData(0, "shop/web-1\tkilled", "east", "kill", "web-1.side", "--grace", "0")]
    [InlineData(0, "shop/web-1\tkilled\nshop/web-2\tkilled", "east", "kill", "web", "--all")]
    [InlineData(0, "batch/job-1\tkilled", "east", "kill", "job-1", "-i")]
    [InlineData(4, "east/shop/web-1\tkilled\neast/shop/web-2\tkilled", "away,east", "kill", "web", "--all")]
    [InlineData(0, "", "east", "kill", "web-2", "-q")]
    [InlineData(1, "batch/job-2.app\tfailed\t1", "east", "wait", "job-2")]
    [InlineData(0, "batch/job-1.app\tfinished\t0", "east", "wait", "job-1")]
    [InlineData(0, "shop/web-1.app\trunning", "east", "wait", "web-1.app", "--for", "running")]
    [InlineData(1, "", "east", "wait", "web-1", "--timeout", "100ms")]
    [InlineData(0, "", "east", "wait", "nothing", "--for", "gone")]
    [InlineData(4, "", "nowhere", "wait", "web")]
    [InlineData(2, "", "east", "wait")]
    [InlineData(2, "", "east", "wait", "web", "--for", "nonsense")]
    public async Task Each_says_how_it_went(int code, string output, string asked, params string[] line)
    {
        ProgramResult result = await clusters.RunAsync(asked, line);

        Assert.True(result.ExitCode == code, result.ToString());
        IEnumerable<string> rows = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => line[0] == "resolve" ? Squeezed(row) : row);
        // Pods are told as they are killed, some at a time.
        Assert.Equal(output, string.Join('\n', line[0] == "kill" ? rows.Order(StringComparer.Ordinal) : rows));
    }

    [Fact]
    public async Task Of_several_the_candidates_are_listed()
    {
        ProgramResult result = await clusters.RunAsync("east,west", "kill", "web");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            "  east/shop/web-1.app\n  east/shop/web-2.app\n  west/shop/web-3.app\npelago: kill: 3 tasks match, and one is needed: write more of its name, or --all\n", result.Error);
    }

    [Fact]
    public async Task Only_the_pod_that_was_seen_is_killed()
    {
        await clusters.RunAsync("east", "kill", "web-2", "--grace", "7");

        lock (clusters.Asked)
            Assert.Contains("""DELETE /api/v1/namespaces/shop/pods/web-2 {"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":7,"preconditions":{"uid":"web-2"}}""", clusters.Asked);
    }

    [Fact]
    public async Task A_pod_whose_cluster_went_away_is_named_when_it_is_not_killed()
    {
        ProgramResult result = await clusters.RunAsync("away,east", "kill", "web", "--all", "-q");

        Assert.StartsWith("pelago: away/shop/web-0 was not killed: cannot reach cluster \"away\"", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clusters_are_resolved_to_their_servers()
    {
        ProgramResult result = await clusters.RunAsync("east,nowhere", "resolve");

        Assert.Equal(4, result.ExitCode);
        string[] rows = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("CLUSTER SERVER VERSION", Squeezed(rows[0]));
        Assert.Matches(@"^east http://127\.0\.0\.1:\d+ v7\.7$", Squeezed(rows[1]));
        Assert.Equal("nowhere http://127.0.0.1:1 -", Squeezed(rows[2]));
    }

    [Fact]
    public async Task State_is_numbers_of_clusters_or_whole_nodes()
    {
        JsonNode state = JsonNode.Parse((await clusters.RunAsync("east", "state")).Output)!["items"]![0]!;
        Assert.Equal(("east", "v7.7", 2, 1, 5, 2), ((string)state["cluster"]!, (string)state["version"]!, (int)state["nodes"]!["total"]!, (int)state["nodes"]!["ready"]!,
            (int)state["tasks"]!["total"]!, (int)state["tasks"]!["running"]!));

        ProgramResult nodes = await clusters.RunAsync("east,nowhere", "state", "rack8");
        Assert.Equal(4, nodes.ExitCode);
        Assert.Equal(["rack8-1"], JsonNode.Parse(nodes.Output)!["items"]!.AsArray().Select(node => (string?)node!["metadata"]!["name"]));
        Assert.Equal(3, (await clusters.RunAsync("east", "state", "rack9")).ExitCode);
        Assert.Equal("rack7-1\nrack8-1\n", (await clusters.CompleteAsync("east", ["state"], "rack")).Output);
    }

    [Fact]
    public async Task Events_are_told_in_their_order_and_go_on()
    {
        ProgramResult once = await clusters.RunAsync("east", "events", "--once");
        Assert.Equal(0, once.ExitCode);
        Assert.Equal(
            ["TIME TYPE REASON OBJECT MESSAGE", "2026-01-01T00:00:01Z Normal Pulled Pod/shop/web-1 done", "2026-01-01T00:00:02Z Warning BackOff Pod/shop/web-2 again [2J (x4)"],
            once.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Squeezed));

        ProgramResult followed = await clusters.RunAsync("east", "events", "web-2", "-o", "jsonl", "--for", "8");
        Assert.Equal(["again\u001b[2J", "later"], followed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string?)JsonNode.Parse(line)!["message"]));
        Assert.Equal(4, (await clusters.RunAsync("nowhere", "events", "--once")).ExitCode);
    }

    [Fact]
    public async Task Top_takes_measurements_where_there_are_some()
    {
        ProgramResult result = await clusters.RunAsync("east", "top");

        Assert.Equal(0, result.ExitCode);
        string[] rows = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Squeezed)];
        Assert.Equal("shop/web-1.side running 300m 32Mi - - 0 rack7-1", rows[1]);
        Assert.Equal("shop/web-1.app running 20m 64Mi - - 2 rack7-1", rows[2]);
        Assert.Equal("shop/web-2.app waiting - - - - 0 rack8-1", rows[3]);
    }

    [Fact]
    public async Task Top_looks_again_and_again_on_a_terminal_until_q()
    {
        using PseudoTerminal terminal = clusters.Start("east", "top --every 1");
        await terminal.UntilAsync("3 tasks");
        await terminal.UntilAsync("shop/web-1.side   running");
        terminal.Press('q');
        ProgramResult screen = await terminal.EndAsync();

        Assert.True(screen.ExitCode == 0, screen.ToString());
        Assert.EndsWith("\e[?1l\e>", screen.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_are_not_completed_by_commands_in_containers()
    {
        ProgramResult offered = await clusters.CompleteAsync("east", ["cat", "web-1.app"], "fi");

        Assert.Equal("", offered.Output.Trim());
        lock (clusters.Asked)
            Assert.DoesNotContain(clusters.Asked, asked => asked.Contains("/exec", StringComparison.Ordinal));
    }

    private static string Squeezed(string row) => string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Replace("shop/web-1.app rack7-1", "web-1.app rack7-1", StringComparison.Ordinal);
}
