// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Watch;

public class CellWatchTests(EngineFixture engine)
{
    private const string All = "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    private const string Merge = "application/merge-patch+json";
    private const string Ready = """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""";

    [Fact]
    public async Task A_stream_tells_all_pods_then_what_changes_and_a_bookmark_after_each_batch()
    {
        string path = await PodsAsync("a", "b");

        await using CellStream cells = await CellStream.OpenAsync(engine.Http, path + All);
        string[] state = await cells.NextAsync(3);
        await BindAsync(path, "a");
        string[] bound = await cells.NextAsync(1);
        await engine.SendAsync("PATCH", path + "/a/status", Ready, Merge);
        string[] ready = await cells.NextAsync(1);
        Answer answer = await engine.GetAsync(path);

        Assert.Equal(200, cells.Code);
        Assert.Equal(CellProtocol.MediaType, cells.MediaType);
        Assert.Equal(["a Pending", "b Pending", "up to date"], [.. state[..2].Order(), state[2]]);
        Assert.Equal(["a Scheduled on n1"], bound);
        Assert.Equal(["a Ready on n1"], ready);
        Assert.True(cells.Revision <= ulong.Parse(answer.ResourceVersion));
    }

    [Fact]
    public async Task What_shows_nothing_new_is_not_told()
    {
        string path = await PodsAsync("a");

        await using CellStream cells = await CellStream.OpenAsync(engine.Http, path + All);
        await cells.NextAsync(2);
        long before = cells.Bytes;
        await engine.SendAsync("PATCH", path + "/a", """{"metadata":{"labels":{"x":"y"}}}""", Merge);
        await engine.SendAsync("PATCH", path + "/a", """{"metadata":{"labels":{"x":"z"}}}""", Merge);
        await BindAsync(path, "a");
        await cells.NextAsync(1);

        Assert.Equal(["a Pending", "up to date", "a Scheduled on n1"], cells.Lines);
        // The name of the node, a change and a bookmark.
        Assert.Equal(8 + (4 + CellChange.Size) + (4 + 9), cells.Bytes - before);
    }

    [Fact]
    public async Task A_watch_from_a_bookmark_goes_on_where_the_last_one_ended()
    {
        string path = await PodsAsync("a", "b");
        ulong last;
        await using (CellStream first = await CellStream.OpenAsync(engine.Http, path + All))
        {
            await first.NextAsync(3);
            last = first.Revision;
        }

        await engine.SendAsync("DELETE", path + "/a?gracePeriodSeconds=0");
        await BindAsync(path, "b");
        await using CellStream second = await CellStream.OpenAsync(engine.Http, $"{path}?watch=1&resourceVersion={last}");

        Assert.Equal(["a Gone", "b Scheduled on n1"], await second.NextAsync(2));
    }

    [Fact]
    public async Task Selectors_hold_and_a_pod_that_leaves_one_is_gone()
    {
        string path = await PodsAsync("a", "b");
        await engine.SendAsync("PATCH", path + "/b", """{"metadata":{"labels":{"app":"x"}}}""", Merge);

        await using CellStream cells = await CellStream.OpenAsync(engine.Http, path + All + "&labelSelector=app%3Dx");
        await cells.NextAsync(2);
        await engine.SendAsync("PATCH", path + "/b", """{"metadata":{"labels":{"app":"y"}}}""", Merge);
        await cells.NextAsync(1);

        Assert.Equal(["b Pending", "up to date", "b Gone"], cells.Lines);
    }

    [Fact]
    public async Task A_pod_of_a_name_that_was_used_before_begins_anew()
    {
        string path = await PodsAsync("a");

        await using CellStream cells = await CellStream.OpenAsync(engine.Http, path + All);
        await cells.NextAsync(2);
        await engine.SendAsync("DELETE", path + "/a?gracePeriodSeconds=0");
        await engine.CreateAsync(path, Pod("a"));
        await cells.ReadUntilAsync(stream => stream.Lines.Count == 4);

        Assert.Equal(["a Pending", "up to date", "a Gone", "a Pending"], cells.Lines);
    }

    [Fact]
    public async Task All_streams_tell_the_same()
    {
        string path = await PodsAsync();
        CellStream[] streams = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CellStream.OpenAsync(engine.Http, path + All)))];
        await using WatchStream lines = await WatchStream.OpenAsync(engine.Http, path + "?watch=1");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => engine.CreateAsync(path, Pod($"p{i}"))));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => BindAsync(path, $"p{i}")));
        foreach (CellStream cells in streams)
        {
            await cells.ReadUntilAsync(stream => stream.Lines.Count == 41);
            Assert.Equal(streams[0].Lines[1..], cells.Lines[1..]);
            await cells.DisposeAsync();
        }

        string[] told = await lines.NextAsync(40);
        Assert.Equal(
            told.Select(line => line.Replace("ADDED ", "", StringComparison.Ordinal).Replace("MODIFIED ", "", StringComparison.Ordinal)),
            streams[0].Lines[1..].Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData("application/vnd.pelago.cells, application/json", CellProtocol.MediaType)]
    [InlineData("application/json, application/vnd.pelago.cells", "application/json")]
    [InlineData("application/json;q=0.5, application/vnd.pelago.cells", CellProtocol.MediaType)]
    public async Task Cells_are_for_those_who_like_them_best(string accept, string expected)
    {
        string path = await PodsAsync("a");

        await using CellStream cells = await CellStream.OpenAsync(engine.Http, path + "?watch=1", accept);

        Assert.Equal((200, expected), (cells.Code, cells.MediaType));
    }

    [Theory]
    [InlineData("/pods")]
    [InlineData("/pods/a")]
    [InlineData("/configmaps?watch=1")]
    public async Task Anything_but_a_watch_of_pods_is_not_acceptable(string what)
    {
        string path = await PodsAsync("a");

        Answer answer = await engine.GetAsync(path.Replace("/pods", what, StringComparison.Ordinal), CellProtocol.MediaType);

        Assert.Equal((406, "NotAcceptable"), (answer.Code, answer.Reason));
    }

    [Fact]
    public async Task A_compacted_revision_is_an_error_frame_and_the_end()
    {
        var options = new EngineOptions { PlainHttp = true, OpenAccess = true };
        EngineHost host = await EngineHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = host.Server };
        await CreateAsync(http, "/api/v1/namespaces", """{"metadata":{"name":"n"}}""");
        await CreateAsync(http, "/api/v1/namespaces/n/serviceaccounts", """{"metadata":{"name":"default"}}""");
        foreach (string name in new[] { "a", "b", "c" })
            await CreateAsync(http, "/api/v1/namespaces/n/pods", Pod(name));
        await host.Store.CompactAsync(host.Store.Revision, TestContext.Current.CancellationToken);

        await using CellStream cells = await CellStream.OpenAsync(http, "/api/v1/pods?watch=1&resourceVersion=1");
        bool goesOn = await cells.ReadUntilAsync(_ => false);

        Assert.False(goesOn);
        Assert.Equal((200, 410, "Expired"), (cells.Code, cells.Status?.Code, cells.Status?.Reason));
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Bad_options_are_refused_as_for_any_watch()
    {
        string path = await PodsAsync();

        Answer answer = await engine.GetAsync(path + "?watch=1&sendInitialEvents=true", CellProtocol.MediaType);

        Assert.Equal((422, "application/json"), (answer.Code, answer.Response.Content.Headers.ContentType?.MediaType));
    }

    private async Task<string> PodsAsync(params string[] names)
    {
        string ns = $"/api/v1/namespaces/{await engine.NamespaceAsync()}", path = ns + "/pods";
        await engine.CreateAsync(ns + "/serviceaccounts", """{"metadata":{"name":"default"}}""");
        foreach (string name in names)
            await engine.CreateAsync(path, Pod(name));
        return path;
    }

    private static async Task CreateAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await http.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private async Task BindAsync(string path, string pod)
    {
        Answer answer = await engine.SendAsync("POST", $"{path}/{pod}/binding", $$$"""{"metadata":{"name":"{{{pod}}}"},"target":{"kind":"Node","name":"n1"}}""");
        Assert.Equal(201, answer.Code);
    }

    private static string Pod(string name) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"any"}]}}""";
}
