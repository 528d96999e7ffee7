// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>What a following tail takes from history, and what it does when history, or the way to it, fails.</summary>
public sealed class TailHistoryTests
{
    [Fact]
    public async Task Tasks_that_are_gone_and_fit_less_well_than_what_is_there_are_not_meant()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Log = (http, run, _) => http.Response.WriteAsync($"of {run}\n");
        await using FollowedCommand tail = fake.Follow("web");
        await fake.SeenAsync();
        fake.Change(now => now.Rows = [FakeHistory.Row("web", "running")]);
        await tail.UntilSaidAsync("web.app:log");

        fake.Change(now => now.Runs = [FakeHistory.Run("run-2", "web-migrate"), FakeHistory.Run("run-1", "web").Replace("\"app\"", "\"setup\"", StringComparison.Ordinal)]);
        await tail.UntilAsync(lines => lines.Contains("of run-1"));
        fake.Change(now => now.Rows = []);
        fake.Change(now => now.Runs = [FakeHistory.Run("run-3", "web-other"), .. now.Runs]);
        fake.Change(now => now.Runs = [FakeHistory.Run("run-4", "web").Replace("\"app\"", "\"last\"", StringComparison.Ordinal), .. now.Runs]);
        await tail.UntilAsync(lines => lines.Contains("of run-4"));

        Assert.Equal(["of run-1", "of run-4"], tail.Lines);
    }

    [Fact]
    public async Task A_log_of_history_that_breaks_off_comes_once()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Log = (http, _, number) => number == 1 ? FakeHistory.BreakAsync(http, "one\ntw") : http.Response.WriteAsync("one\ntwo\nthree\n");
        await using FollowedCommand tail = fake.Follow("web");
        await fake.SeenAsync();

        fake.Change(now => now.Runs = [FakeHistory.Run("run-1", "web-1")]);
        await tail.UntilAsync(lines => lines.Contains("three"));

        Assert.Equal(["one", "two", "three"], tail.Lines);
        Assert.Contains("it is tried again", tail.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_history_has_not_is_said_with_its_reason_and_not_asked_for_again()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Log = (http, run, _) => run == "run-2" ? FakeHistory.AnswerAsync(http, 403, FakeHistory.Status(403, "run-2 is not yours", "run-2")) : http.Response.WriteAsync("last\n");
        await using FollowedCommand tail = fake.Follow("web");
        await fake.SeenAsync();

        fake.Change(now => now.Runs = [FakeHistory.Run("run-2", "web-2"), FakeHistory.Run("run-1", "web-1", loss: "NodeLost")]);
        await tail.UntilSaidAsync("history has no log of it: NodeLost");
        await tail.UntilSaidAsync("run-2 is not yours");
        fake.Change(now => now.Runs = [FakeHistory.Run("run-3", "web-3"), .. now.Runs]);
        await tail.UntilAsync(lines => lines.Contains("last"));

        Assert.Equal(1, fake.AskedFor("run-2"));
        Assert.DoesNotContain("tried again", tail.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_task_wrote_whose_pod_went_meanwhile_is_finished_over_a_history_that_fails_for_a_while()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Feed = (http, number) => number == 1 ? http.Response.WriteAsync(Piece("0.1.1.5.0.0", "one\nt")) : FakeHistory.AnswerAsync(http, 404, FakeHistory.Status(404, "no web-1", "web-1"));
        fake.Log = (http, run, number) => (run, number) switch
        {
            ("run-0", 1) => FakeHistory.BreakAsync(http, "one\ntwo"),
            ("run-0", _) => http.Response.WriteAsync("one\ntwo\n"),
            ("run-1", 1) => FakeHistory.AnswerAsync(http, 500, FakeHistory.Status(500, "history is ill")),
            _ => http.Response.WriteAsync("three\n"),
        };
        await using FollowedCommand tail = fake.Follow("web-1");
        await fake.SeenAsync();

        fake.Change(now => (now.Rows, now.Runs) = ([FakeHistory.Row("web-1", "running")], [FakeHistory.Run("run-1", "web-1", 1), FakeHistory.Run("run-0", "web-1", 0)]));
        await tail.UntilAsync(lines => lines.Contains("three"));

        Assert.Equal(["one", "two", "three"], tail.Lines);
    }

    [Fact]
    public async Task What_came_of_a_task_that_was_not_followed_from_its_first_attempt_is_not_taken_for_its_beginning()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Feed = (http, number) => number == 1 ? http.Response.WriteAsync(Piece("2.1.1.4.0.0", "mid\n")) : FakeHistory.AnswerAsync(http, 404, FakeHistory.Status(404, "no web-1", "web-1"));
        fake.Log = (http, _, _) => http.Response.WriteAsync("old\n");
        await using FollowedCommand tail = fake.Follow("web-1");
        await fake.SeenAsync();

        fake.Change(now => (now.Rows, now.Runs) = ([FakeHistory.Row("web-1", "running", 2)], [FakeHistory.Run("run-0", "web-1", 0)]));
        await tail.UntilSaidAsync("lines may be missing at its end");

        Assert.Equal(["mid"], tail.Lines);
    }

    [Fact]
    public async Task A_cluster_that_was_down_in_the_beginning_does_not_tell_what_ended_before()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        (fake.TasksFail, fake.Runs) = (503, [FakeHistory.Run("run-1", "web-1")]);
        fake.Log = (http, run, _) => http.Response.WriteAsync($"of {run}\n");
        await using FollowedCommand tail = fake.Follow("web");
        await tail.UntilSaidAsync("not now");
        fake.Change(now => now.TasksFail = null);
        await fake.SeenAsync();

        fake.Change(now => now.Runs = [FakeHistory.Run("run-2", "web-2"), .. now.Runs]);
        await tail.UntilAsync(lines => lines.Contains("of run-2"));

        Assert.Equal(["of run-2"], tail.Lines);
    }

    [Fact]
    public async Task A_history_that_fails_hides_nothing_of_what_is_there_and_is_said_once()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        (fake.RunsFail, fake.Rows) = (500, [FakeHistory.Row("web-1", "running")]);
        fake.Feed = (http, _) => http.Response.WriteAsync(Piece("0.1.1.4.0.0", $"{http.Request.Path.Value!.Split('/')[7]}\n") + "end\n");
        await using FollowedCommand tail = fake.Follow("-n", "0", "web");
        await fake.SeenAsync();
        fake.Change(now => now.Rows = [FakeHistory.Row("web-1", "running"), FakeHistory.Row("web-2", "running")]);
        await tail.UntilAsync(lines => lines.Contains("web-2"));
        await tail.UntilSaidAsync("history is ill");
        fake.Change(now => now.Rows = [FakeHistory.Row("web-1", "running"), FakeHistory.Row("web-2", "running"), FakeHistory.Row("web-3", "running")]);
        await tail.UntilAsync(lines => lines.Contains("web-3"));

        Assert.Equal(2, tail.Errors.Split("does not tell its past tasks: history is ill").Length);
    }

    [Fact]
    public async Task Who_follows_ended_tasks_alone_asks_for_them_alone()
    {
        await using FakeHistory fake = await FakeHistory.StartAsync();
        fake.Log = (http, run, _) => http.Response.WriteAsync($"of {run}\n");
        await using FollowedCommand tail = fake.Follow("-I", "web");
        await fake.SeenAsync();
        fake.Change(now => now.Runs = [FakeHistory.Run("run-1", "web-1")]);
        await tail.UntilAsync(lines => lines.Contains("of run-1"));

        Assert.All(fake.TaskQueries, query => Assert.Contains("finished=only", query, StringComparison.Ordinal));
    }

    private static string Piece(string position, string text) => $"{position} {Encoding.UTF8.GetByteCount(text)} -\n{text}";
}
