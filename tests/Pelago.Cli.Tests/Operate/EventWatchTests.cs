// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pelago.Cli.Operate;
using Pelago.Client;
using Pelago.TestKit.Client;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>What <c>pelago events</c> does when a watch is refused, is lost, or ends at once.</summary>
public sealed class EventWatchTests
{
    private const string Forbidden = """{"kind":"Status","status":"Failure","code":403,"reason":"Forbidden","message":"events is forbidden: you may not watch"}""";
    private const string Expired = """{"kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"too old"}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly WaitedTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_that_is_refused_is_said_once_and_asked_for_again_after_a_pause()
    {
        (int code, string error) = await FollowAsync(Patience, http => FakeHistory.AnswerAsync(http, 403, Forbidden));

        Assert.Equal((0, "pelago: events is forbidden: you may not watch\n"), (code, error));
    }

    [Fact]
    public async Task A_fault_that_comes_in_the_watch_is_said_once_too()
    {
        (int code, string error) = await FollowAsync(Patience, http => http.Response.WriteAsync($$"""{"type":"ERROR","object":{{Forbidden}}}""" + "\n", http.RequestAborted));

        Assert.Equal((0, "pelago: events is forbidden: you may not watch\n"), (code, error));
    }

    [Fact]
    public async Task A_place_that_is_lost_is_no_fault_and_all_is_read_again()
    {
        (int code, string error) = await FollowAsync(Moment, http => http.Response.WriteAsync($$"""{"type":"ERROR","object":{{Expired}}}""" + "\n", http.RequestAborted));

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["list", "watch", "list", "watch", "list", "watch"], _asked.ToArray());
    }

    [Fact]
    public async Task A_watch_that_ends_at_once_is_not_asked_for_without_a_pause()
    {
        (int code, string error) = await FollowAsync(Moment, http => http.Response.WriteAsync("", http.RequestAborted));

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["list", "watch", "watch", "watch"], _asked.ToArray());
    }

    /// <summary>Until it waits for the third time: each time after one more watch, for so long.</summary>
    private async Task<(int Code, string Error)> FollowAsync(TimeSpan pause, RequestDelegate watch)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(
            http =>
            {
                bool isWatch = http.Request.Query.ContainsKey("watch");
                _asked.Enqueue(isWatch ? "watch" : "list");
                return isWatch ? watch(http) : FakeHistory.AnswerAsync(http, 200, """{"metadata":{"resourceVersion":"7"},"items":[]}""");
            },
            tls: false, Cancel);
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        using var lines = new MemoryStream();
        using var errors = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var printer = new EventPrinter(lines, () => { }, asJson: true, isQuiet: true, severalClusters: false, []);

        Task<int> following = new EventFeed(api, "", new ListQuery(), printer, errors, Patience, _time).RunAsync(follows: true, end.Token);
        for (int times = 1; times <= 3; times++)
        {
            Assert.Equal(pause, await _time.WaitedAsync(Cancel));
            Assert.Equal(times, _asked.Count(asked => asked == "watch"));
            if (times < 3)
                _time.Advance(pause);
        }
        await end.CancelAsync();
        return (await following, errors.ToString());
    }

    /// <summary>Tells what waits by it, when it waits: who goes on then does not come too early.</summary>
    private sealed class WaitedTime : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public ValueTask<TimeSpan> WaitedAsync(CancellationToken cancel) => _waits.Reader.ReadAsync(cancel);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
