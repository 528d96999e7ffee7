// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>A log of history that is known not to be whole never looks like one that is.</summary>
public sealed class CutLogTests
{
    [Theory]
    [InlineData("one\ntwo\n", "cat", "-i", "web")]
    [InlineData("one\n", "head", "-i", "-n", "1", "web")]
    [InlineData("one\ntwo\n", "tail", "-i", "web")]
    [InlineData("two\n", "grep", "tw", "-I", "web")]
    [InlineData("1\n", "grep", "-c", "tw", "-I", "web")]
    public async Task What_there_is_of_it_is_printed_then_why_it_is_not_whole(string printed, params string[] line)
    {
        foreach (string loss in new[] { "Rotated", "Truncated", "Unreadable" })
        {
            ProgramResult result = await RunAsync(loss, "one\ntwo\n", line);

            Assert.Equal((1, printed), (result.ExitCode, result.Output));
            Assert.Equal($"pelago: ns/web-1.app:log: the pod is gone, and the log that history has of it is not whole: {loss}\n", result.Error);
        }
    }

    [Theory]
    [InlineData("cat", "-i", "web", "stderr")]
    [InlineData("tail", "-i", "web", "stderr")]
    public async Task A_stream_of_it_of_which_nothing_is_there_is_not_whole_either(params string[] line)
    {
        ProgramResult result = await RunAsync("Rotated", "", line);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.EndsWith("is not whole: Rotated\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("-I", "web")]
    public async Task Who_follows_is_told_so_of_each_that_comes(params string[] line)
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Log = (http, _, _) => http.Response.WriteAsync("one\ntwo\n");
        await using FollowedCommand tail = fake.Follow(line);
        await fake.SeenAsync();

        fake.Change(now => now.Runs = [FakeHistory.Run("run-1", "web-1", loss: "Truncated", isMissing: false)]);
        await tail.UntilAsync(lines => lines.Contains("two"));
        await tail.UntilSaidAsync("web-1.app:log: the pod is gone, and the log that history has of it is not whole: Truncated");

        Assert.Equal(["one", "two"], tail.Lines);
        Assert.DoesNotContain("lines may be missing", tail.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_whole_is_no_failure()
    {
        ProgramResult result = await RunAsync("", "one\n", ["cat", "-i", "web"]);

        Assert.Equal((0, "one\n", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task The_log_of_a_run_that_is_not_whole_is_a_failure()
    {
        ProgramResult result = await RunAsync("Truncated", "one\n", ["history", "log", "run-1"]);

        Assert.Equal((1, "one\n", "pelago: the log of run-1 is not whole: Truncated\n"), (result.ExitCode, result.Output, result.Error));
    }

    private static async Task<ProgramResult> RunAsync(string loss, string text, string[] line)
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Runs = [FakeHistory.Run("run-1", "web-1", loss: loss, isMissing: false)];
        fake.Log = (http, _, _) => http.Response.WriteAsync(text);
        return await fake.RunAsync(line);
    }
}
