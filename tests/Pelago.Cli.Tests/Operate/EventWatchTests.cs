// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using Microsoft.AspNetCore.Http;
using Pelago.TestKit.Client;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>What <c>pelago events</c> does when a watch is refused, is lost, or ends at once.</summary>
public sealed class EventWatchTests
{
    /// <summary>How often it may ask in the seconds that a test gives it: about once a second.</summary>
    private const int Few = 6;

    private const string Forbidden = """{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"events is forbidden: you may not watch"}""";
    private const string Expired = """{"kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"too old"}""";
    private readonly ConcurrentQueue<string> _asked = [];

    [Fact]
    public async Task A_watch_that_is_refused_is_said_once_and_asked_for_again_after_a_pause()
    {
        ProgramResult result = await FollowAsync(http => FakeHistory.AnswerAsync(http, 403, Forbidden));

        Assert.Equal((0, "pelago: events is forbidden: you may not watch\n"), (result.ExitCode, result.Error));
        Assert.InRange(_asked.Count(asked => asked == "watch"), 1, Few);
    }

    [Fact]
    public async Task A_fault_that_comes_in_the_watch_is_said_once_too()
    {
        ProgramResult result = await FollowAsync(http => http.Response.WriteAsync($$"""{"type":"ERROR","object":{{Forbidden}}}""" + "\n", http.RequestAborted));

        Assert.Equal((0, "pelago: events is forbidden: you may not watch\n"), (result.ExitCode, result.Error));
        Assert.InRange(_asked.Count(asked => asked == "watch"), 1, Few);
    }

    [Fact]
    public async Task A_place_that_is_lost_is_no_fault_and_all_is_read_again()
    {
        ProgramResult result = await FollowAsync(http => http.Response.WriteAsync($$"""{"type":"ERROR","object":{{Expired}}}""" + "\n", http.RequestAborted));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.InRange(_asked.Count(asked => asked == "list"), 2, Few);
    }

    [Fact]
    public async Task A_watch_that_ends_at_once_is_not_asked_for_without_a_pause()
    {
        ProgramResult result = await FollowAsync(http => http.Response.WriteAsync("", http.RequestAborted));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Single(_asked, asked => asked == "list");
        Assert.InRange(_asked.Count(asked => asked == "watch"), 2, Few);
    }

    /// <summary>Three seconds of it.</summary>
    private async Task<ProgramResult> FollowAsync(RequestDelegate watch)
    {
        using var directory = new TemporaryDirectory();
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            http =>
            {
                bool isWatch = http.Request.Query.ContainsKey("watch");
                _asked.Enqueue(isWatch ? "watch" : "list");
                return isWatch ? watch(http) : FakeHistory.AnswerAsync(http, 200, """{"metadata":{"resourceVersion":"7"},"items":[]}""");
            },
            tls: false, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(directory["kubeconfig"], server.ToKubeconfig(), TestContext.Current.CancellationToken);
        return await CliProcess.RunAsync(directory["home"], "events", "--for", "3", "-s", "1", "--kubeconfig", directory["kubeconfig"]);
    }
}
