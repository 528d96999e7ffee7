// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text.Json.Nodes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

public sealed class PsCommandTests(FakeClusters clusters) : IClassFixture<FakeClusters>
{
    [Fact]
    public async Task Tasks_stand_in_a_table_and_what_is_not_known_is_a_dash()
    {
        ProgramResult result = await clusters.RunAsync("east", "ps", "--columns", "id,state,restarts,exit,reason,node,cpu,mem", "-i");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """
            ID                STATE      RESTARTS   EXIT   REASON             NODE      CPU    MEM
            batch/job-1.app   finished   0          0      -                  rack7-1   -      -
            batch/job-2.app   failed     0          1      Error [2J          rack7-2   -      -
            shop/web-1.app    running    2          -      -                  rack7-1   250m   64Mi
            shop/web-1.side   running    0          -      -                  rack7-1   -      -
            shop/web-2.app    waiting    0          3      CrashLoopBackOff   rack8-1   -      -

            """,
            result.Output);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("shop/web-1.app shop/web-1.side shop/web-2.app", "")]
    [InlineData("shop/web-1.app shop/web-1.side", "web-1")]
    [InlineData("shop/web-1.side", "side")]
    [InlineData("shop/web-2.app", "web-2", "nothing-else")]
    [InlineData("shop/web-2.app", "-w", "state=waiting,node~rack8")]
    [InlineData("batch/job-1.app batch/job-2.app", "-I")]
    [InlineData("batch/job-2.app", "job")]
    [InlineData("batch/job-1.app", "job-1")]
    [InlineData("batch/job-2.app", "-w", "exit!=0", "-n", "batch")]
    [InlineData("shop/web-1.app", "/^shop/web-[0-9]/", "--sort", "cpu", "--limit", "1")]
    [InlineData("shop/web-2.app shop/web-1.app shop/web-1.side", "--sort", "node:desc")]
    public async Task Words_and_letters_choose_and_sort(string expected, params string[] arguments)
    {
        ProgramResult result = await clusters.RunAsync("east", ["ps", "-o", "name", .. arguments.Where(word => word.Length > 0)]);

        Assert.Equal(expected, string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Labels_and_namespace_are_judged_by_the_cluster_page_by_page()
    {
        ProgramResult result = await clusters.RunAsync("east", "ps", "-n", "shop", "-l", "app in (web)", "-q", "-o", "name");

        Assert.Equal(0, result.ExitCode);
        lock (clusters.Asked)
            Assert.Contains("GET /api/v1/namespaces/shop/pods?labelSelector=app%20in%20%28web%29&limit=500", clusters.Asked);
    }

    [Theory]
    [InlineData(0, "shop/web-2.app", "", "east", "web-2")]
    [InlineData(0, "batch/job-2.app", "nothing runs that was meant; this ended last: batch/job-2.app (-i takes all that ended)\n", "east", "job-")]
    [InlineData(1, "shop/web-2.app", "pelago: no task matches nothing\n", "east", "web-2", "nothing")]
    [InlineData(3, "", "pelago: no task matches nothing\n", "east", "nothing")]
    [InlineData(3, "", "pelago: no task matches\n", "east", "-n", "nothing")]
    [InlineData(2, "", "pelago: -w state=broken: \"broken\" is no state;", "east", "-w", "state=broken")]
    [InlineData(2, "", "pelago: /(/: Invalid pattern", "east", "/(/")]
    [InlineData(2, "", "pelago: --sort colour: a task has no field \"colour\"", "east", "--sort", "colour")]
    [InlineData(1, "", "pelago: cluster \"closed\" does not tell its tasks: pods is forbidden: no\n", "closed")]
    [InlineData(1, "east/shop/web-1.app", "pelago: cluster \"closed\" does not tell its tasks: pods is forbidden: no\n", "east,closed", "web-1.app")]
    [InlineData(4, "", "pelago: cannot reach cluster \"nowhere\" at http://127.0.0.1:1", "nowhere")]
    [InlineData(4, "east/shop/web-1.app", "pelago: cannot reach cluster \"nowhere\" at http://127.0.0.1:1", "nowhere,east", "web-1.app")]
    [InlineData(0, "east/shop/web-1.app east/shop/web-1.side east/shop/web-2.app west/shop/web-3.app", "", "east,west", "web")]
    [InlineData(0, "west/shop/web-3.app", "", "east,west", "web-3")]
    [InlineData(0, "west/shop/web-3.app", "", "east,west", "west/shop/web")]
    public async Task The_exit_code_says_how_it_went_and_the_rest_is_printed(int code, string names, string error, string asked, params string[] arguments)
    {
        ProgramResult result = await clusters.RunAsync(asked, ["ps", "-o", "name", .. arguments]);

        Assert.True(result.ExitCode == code, result.ToString());
        Assert.Equal(names, string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith(error, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_hangs_costs_the_others_a_moment()
    {
        long started = Stopwatch.GetTimestamp();

        ProgramResult result = await clusters.RunAsync("hung,east", "ps", "web-2", "-o", "name");

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(8), "it was waited for longer than others are");
        Assert.Equal(4, result.ExitCode);
        Assert.Equal("east/shop/web-2.app\n", result.Output);
        Assert.Contains("cannot reach cluster \"hung\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_all_that_is_known_in_units_that_can_be_reckoned_with()
    {
        ProgramResult result = await clusters.RunAsync("east", "ps", "web-1.app", "-o", "jsonl");

        JsonNode task = JsonNode.Parse(result.Output)!;
        Assert.Equal("shop/web-1.app", (string?)task["id"]);
        Assert.Equal(0.25m, (decimal)task["cpu"]!);
        Assert.Equal(64L << 20, (long)task["mem"]!);
        Assert.Equal("2026-01-01T00:00:00Z", (string?)task["created"]);
        Assert.Null(task["exit"]);
        Assert.Equal("web", (string?)task["labels"]!["app"]);
        Assert.Equal("running", (string?)JsonNode.Parse((await clusters.RunAsync("east", "ps", "web-1.app", "-o", "json")).Output)!["items"]![0]!["state"]);
        Assert.StartsWith("items:\n- cluster: east\n", (await clusters.RunAsync("east", "ps", "web-1.app", "-o", "yaml")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_is_cut_and_says_so()
    {
        ProgramResult result = await clusters.RunAsync("east", "ps", "--limit", "1");

        Assert.Equal(2, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("and 2 more: --limit 0 prints all 3\n", result.Error);
    }

    [Theory]
    [InlineData("web-1.app web-1.side web-2.app", "ps", "web")]
    [InlineData("web-1.app web-1.side web-2.app", "ps", "")]
    [InlineData("web-1.app web-1.side web-2.app", "ps", "web-1.app", "")]
    [InlineData("web-2.app", "ps", "web-2")]
    [InlineData("shop/web-1.app shop/web-1.side shop/web-2.app", "ps", "shop/")]
    [InlineData("node", "ps", "--sort", "no")]
    [InlineData("id,node", "ps", "--columns", "id,no")]
    public async Task Names_are_completed(string expected, params string[] words)
    {
        ProgramResult result = await clusters.CompleteAsync("east", words[..^1], words[^1]);

        Assert.Equal(expected, string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')[0])));
    }
}
