// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.TestKit.Client;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Client.Tests.Cells;

public sealed class CellFeedTests
{
    private static readonly ResourcePath Pods = new(new GroupVersionResource("", "v1", "pods"));
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly CellJournal _journal = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_of_cells_is_asked_for_all_and_then_from_the_last_bookmark_on()
    {
        await using FakeApiServer server = await ServeAsync(
            context => CellsAsync(context, (cells, output) =>
            {
                cells.Set(output, Pod("a", 1));
                cells.WriteBookmark(output, 7, endsInitialState: true);
                cells.Set(output, Pod("a", 2, "n1"));
                cells.WriteBookmark(output, 9, endsInitialState: false);
            }),
            context => CellsAsync(context, (cells, output) =>
            {
                cells.Remove(output, Pod("a", 12));
                cells.WriteBookmark(output, 12, endsInitialState: false);
            }));

        await FollowAsync(server, new ListQuery { LabelSelector = "app=x" }, "at 12");

        Assert.Equal(["begin", "ns/a Pending", "at 7, all told", "ns/a Scheduled on n1", "at 9", "begin", "ns/a Gone", "at 12"], _journal.Lines);
        Assert.Equal(
            [
                "?watch=true&labelSelector=app%3Dx&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&sendInitialEvents=true",
                "?watch=true&labelSelector=app%3Dx&resourceVersion=9&allowWatchBookmarks=true",
            ], _asked.Take(2));
    }

    [Theory]
    [InlineData(406)]
    [InlineData(422)]
    [InlineData(200)]
    public async Task Any_other_server_is_listed_and_watched_in_json(int code)
    {
        await using FakeApiServer server = await ServeAsync(
            context => TextAsync(context, code, "{}"),
            context => TextAsync(context, 200, $$"""{"metadata":{"resourceVersion":"7","continue":"more"},"items":[{{Text("a", 1)}}]}"""),
            context => TextAsync(context, 200, $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Text("b", 2, "n1")}}]}"""),
            context => TextAsync(context, 200, $$"""{"type":"MODIFIED","object":{{Text("a", 8, "n1")}}}""" + "\n"),
            context => TextAsync(context, 200, $$"""{"type":"DELETED","object":{{Text("b", 10)}}}""" + "\n"));

        await FollowAsync(server, ListQuery.Everything, "at 10");

        Assert.Equal(
            ["begin", "ns/a Pending", "ns/b Scheduled on n1", "at 7, all told", "ns/a Scheduled on n1", "at 8", "begin", "ns/b Gone", "at 10"], _journal.Lines);
        Assert.Equal(
            ["?limit=1000", "?limit=1000&continue=more", "?watch=true&resourceVersion=7&allowWatchBookmarks=true", "?watch=true&resourceVersion=8&allowWatchBookmarks=true"],
            _asked.Skip(1).Take(4));
    }

    [Fact]
    public async Task When_the_history_is_gone_everything_is_told_again()
    {
        await using FakeApiServer server = await ServeAsync(
            context => CellsAsync(context, (cells, output) => cells.WriteBookmark(output, 7, endsInitialState: true)),
            context => CellsAsync(context, (cells, output) => cells.WriteError(output, ApiStatus.Expired("too old"))),
            context => CellsAsync(context, (cells, output) => cells.WriteBookmark(output, 20, endsInitialState: true)));

        await FollowAsync(server, ListQuery.Everything, "at 20, all told");

        Assert.Equal(["begin", "at 7, all told", "begin", "begin", "at 20, all told"], _journal.Lines);
        Assert.Contains("sendInitialEvents=true", _asked.ElementAt(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_within_its_initial_state_is_asked_for_all_again()
    {
        await using FakeApiServer server = await ServeAsync(
            context => CellsAsync(context, (cells, output) =>
            {
                cells.Set(output, Pod("a", 1));
                cells.WriteBookmark(output, 3, endsInitialState: false);
            }),
            context => CellsAsync(context, (cells, output) => cells.WriteBookmark(output, 7, endsInitialState: true)));

        await FollowAsync(server, ListQuery.Everything, "at 7, all told");

        Assert.Contains("sendInitialEvents=true", _asked.ElementAt(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_of_another_version_is_had_as_json()
    {
        await using FakeApiServer server = await ServeAsync(
            context => CellsAsync(context, (_, _) => { }, version: 9),
            context => TextAsync(context, 200, $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Text("a", 1)}}]}"""));

        await FollowAsync(server, ListQuery.Everything, "at 7, all told");

        Assert.Equal(["begin", "ns/a Pending", "at 7, all told"], _journal.Lines);
    }

    [Fact]
    public async Task Who_may_not_watch_is_told_so()
    {
        await using FakeApiServer server = await ServeAsync(context => TextAsync(context, 403, """{"kind":"Status","code":403,"reason":"Forbidden","message":"not you"}"""));
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);

        var refused = await Assert.ThrowsAsync<ApiStatusException>(() => new CellFeed(api, Pods, ListQuery.Everything, TimeProvider.System).RunAsync(_journal, Cancel));

        Assert.Equal("not you", refused.Status.Message);
    }

    [Fact]
    public async Task A_cluster_that_goes_away_is_waited_for_and_the_reason_can_be_read_meanwhile()
    {
        await using FakeApiServer server = await ServeAsync(
            context => CellsAsync(context, (cells, output) => cells.WriteBookmark(output, 7, endsInitialState: true)),
            context => TextAsync(context, 500, "broken"),
            context => CellsAsync(context, (cells, output) => cells.WriteBookmark(output, 8, endsInitialState: false), stays: true));
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var feed = new CellFeed(api, Pods, ListQuery.Everything, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        Task running = feed.RunAsync(_journal, stop.Token);
        string? trouble = await Eventually.GetAsync(() => Task.FromResult(feed.Trouble), why => why is not null, Cancel);
        await Eventually.TrueAsync(() => _journal.Lines.Contains("at 8"), Cancel);

        Assert.Contains("broken", trouble, StringComparison.Ordinal);
        Assert.Null(feed.Trouble);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_watch_in_json_that_is_open_again_ends_the_trouble_also_when_nothing_changes()
    {
        await using FakeApiServer server = await ServeAsync(
            context => TextAsync(context, 406, "{}"),
            context => TextAsync(context, 200, $$"""{"metadata":{"resourceVersion":"7"},"items":[{{Text("a", 1)}}]}"""),
            context => TextAsync(context, 500, "broken"),
            async context =>
            {
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted); // A watch that says nothing.
            });
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        var feed = new CellFeed(api, Pods, ListQuery.Everything, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        Task running = feed.RunAsync(_journal, stop.Token);
        string? trouble = await Eventually.GetAsync(() => Task.FromResult(feed.Trouble), why => why is not null, Cancel);
        await Eventually.TrueAsync(() => _journal.Lines.Length == 4, Cancel);

        Assert.Contains("broken", trouble, StringComparison.Ordinal);
        Assert.Null(feed.Trouble);
        Assert.Equal(["begin", "ns/a Pending", "at 7, all told", "begin"], _journal.Lines);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private async Task FollowAsync(FakeApiServer server, ListQuery selection, string until)
    {
        using HttpKubeApi api = server.Connect(HttpKubeApiOptions.Default);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task running = new CellFeed(api, Pods, selection, TimeProvider.System).RunAsync(_journal, stop.Token);
        await Eventually.TrueAsync(() => running.IsCompleted || _journal.Lines.Contains(until), Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Answers one request after the other; those that come later wait.</summary>
    private Task<FakeApiServer> ServeAsync(params Func<HttpContext, Task>[] answers)
    {
        int at = -1;
        return FakeApiServer.StartAsync(
            context =>
            {
                int i = Interlocked.Increment(ref at);
                _asked.Enqueue(context.Request.QueryString.Value ?? "");
                return i < answers.Length ? answers[i](context) : Task.Delay(Timeout.Infinite, context.RequestAborted); // A watch that says nothing.
            }, tls: false, Cancel);
    }

    private static async Task CellsAsync(HttpContext context, Action<CellEncoder, IBufferWriter<byte>> write, byte version = 1, bool stays = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var cells = new CellEncoder(TimeProvider.System);
        cells.Begin(output);
        write(cells, output);
        byte[] stream = output.WrittenSpan.ToArray();
        stream[8] = version;
        context.Response.ContentType = CellProtocol.MediaType;
        await context.Response.Body.WriteAsync(stream);
        await context.Response.Body.FlushAsync();
        if (stays)
            await Task.Delay(Timeout.Infinite, context.RequestAborted); // A watch that says nothing more.
    }

    private static Task TextAsync(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(text);
    }

    private static byte[] Pod(string name, int revision, string node = "") => System.Text.Encoding.UTF8.GetBytes(Text(name, revision, node));

    private static string Text(string name, int revision, string node = "") =>
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"ns","resourceVersion":"{{{revision}}}"},"spec":{"nodeName":"{{{node}}}"},"status":{"phase":"Pending"}}""";
}
