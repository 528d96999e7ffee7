// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Tests.Clusters;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>What is written while somebody follows: each line once and in order.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed class TailFollowTests(FilesHome home)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restarts_and_tasks_that_come_later_are_followed()
    {
        await using var tail = FollowedCommand.Start(home.Root, "tail", "-f", "-q", "-n", "1000", "worker");
        await home.AddAsync("worker-1", "echo first $NAME; sleep 1; echo last $NAME");
        await tail.UntilAsync(lines => lines.Count(line => line == "last worker-1") >= 2);
        await home.AddAsync("worker-2", "echo first $NAME; exec sleep 1000");
        await tail.UntilAsync(lines => lines.Contains("first worker-2"));

        string[] ofOne = [.. tail.Lines.Where(line => line.EndsWith("worker-1", StringComparison.Ordinal))];
        Assert.All(ofOne.Index(), item => Assert.Equal(item.Index % 2 == 0 ? "first worker-1" : "last worker-1", item.Item));
        Assert.Single(tail.Lines, line => line == "first worker-2");
    }

    [Fact]
    public async Task Who_reads_no_more_ends_what_follows()
    {
        await home.AddAsync("chatty", "while :; do echo line; sleep 0.1; done");
        await Eventually.GetAsync(() => home.RunAsync("tail", "-q", "chatty"), tail => tail.Output.Contains("line", StringComparison.Ordinal), Cancel);
        string command = $"exec {CliProcess.Program} tail -f -q chatty | head -n 1";

        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", command], new Dictionary<string, string?> { ["PELAGO_HOME"] = home.Root }, TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal("line\n", result.Output);
    }

    [Fact]
    public async Task Every_attempt_of_a_task_that_ends_at_once_again_and_again_is_followed()
    {
        await using var tail = FollowedCommand.Start(home.Root, "tail", "-f", "-q", "-n", "1000", "hasty");
        await home.AddAsync("hasty", "printf '%012.2f\\n' $(cut -d' ' -f1 /proc/uptime)");
        await tail.UntilAsync(lines => lines.Count >= 2);

        Assert.Equal(tail.Lines.Distinct().Order(StringComparer.Ordinal), tail.Lines);
    }

    [Fact]
    public async Task Tasks_whose_pods_are_gone_before_anybody_looks_are_followed_by_what_history_has()
    {
        Assert.SkipWhen(GivenCluster.IsReal, "history is not kept on a real Kubernetes");
        await using var tail = FollowedCommand.Start(home.Root, "tail", "-f", "-q", "-n", "1000", "brief");
        // What had ended before its first look is not followed.
        await tail.UntilSaidAsync("no task matches brief");
        for (int i = 0; i < 8; i++)
            await home.AddJobAsync($"brief-{i}", $"echo brief {i}");
        await tail.UntilAsync(lines => lines.Count >= 8);

        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"brief {i}"), tail.Lines.Order());
    }

    [Fact]
    public async Task Log_that_is_rotated_meanwhile_comes_once_and_in_order()
    {
        const int Count = 250_000; // More than a file of a log holds.
        await using var tail = FollowedCommand.Start(home.Root, "tail", "-f", "-n", "1000000", "counter");
        await home.AddAsync("counter", $"seq 1 {Count}; exec sleep 1000");
        await tail.UntilCountAsync(Count);

        Assert.Equal(Enumerable.Range(1, Count).Select(number => $"{number}"), tail.Lines);
    }

    [Fact]
    public async Task What_is_no_file_is_not_waited_for_without_a_word()
    {
        await using var tail = FollowedCommand.Start(home.Root, "tail", "-f", "ada", "deep");

        await tail.UntilSaidAsync("default/ada.main:deep: \"deep\" is a directory; it is tried again");
    }

    [Fact]
    public async Task File_is_followed_over_rotation_and_truncation()
    {
        await home.AddAsync("writer", """
            echo 1 >f; until [ -e go ]; do sleep 0.1; done; echo 2 >>f; mv f f.1; echo 3 >f; sleep 1; echo 4 >>f
            until [ -e cut ]; do sleep 0.1; done; : >f; sleep 1; echo 5 >f; exec sleep 1000
            """);
        await using var tail = FollowedCommand.Start(home.Root, "tail", "-f", "-n", "1000", "writer", "f");
        await tail.UntilAsync(lines => lines.Contains("1"));
        await File.WriteAllTextAsync(home.Beside("go"), "", Cancel);
        await home.PrintAsync("cp", home.Beside("go"), "writer:go");
        await tail.UntilAsync(lines => lines.Contains("4")); // what is cut off before anybody has read it is lost
        await home.PrintAsync("cp", home.Beside("go"), "writer:cut");
        await tail.UntilAsync(lines => lines.Contains("5"));

        Assert.Equal(["1", "2", "3", "4", "5"], tail.Lines);
    }
}
