// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net.Http;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Hub.Tests.Page;

public sealed class PageStreamTests(PageScene scene) : IClassFixture<PageScene>
{
    /// <summary>Less than what a silent cluster is waited for: nobody was held up by it, also on a busy machine.</summary>
    private static readonly TimeSpan FirstRows = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Rows_come_change_and_go_while_another_cluster_hangs()
    {
        using PageBrowser browser = await scene.LoginAsync();
        PageFeed feed = await browser.OpenStreamAsync();
        var clock = Stopwatch.StartNew();

        await feed.PostAsync(new JsonObject { ["add"] = new JsonArray(Pods("pods", ".metadata.name", ".metadata.labels['phase']", "cpu(.spec.containers[*].resources.requests.cpu)")) });
        await feed.WaitAsync(() => feed.Rows("pods").Count >= 2);

        Assert.True(clock.Elapsed < FirstRows, $"the first rows took {clock.Elapsed}");
        await scene.AddPodAsync("red", "come", "new");
        await feed.WaitAsync(() => feed.Rows("pods").Contains($"{PageScene.Cluster} come new 0.25"));
        await scene.LabelAsync("red", "come", "changed");
        await feed.WaitAsync(() => feed.Rows("pods").Contains($"{PageScene.Cluster} come changed 0.25"));
        await scene.DeletePodAsync("red", "come");
        await feed.WaitAsync(() => !feed.Rows("pods").Exists(row => row.Contains(" come ", StringComparison.Ordinal)));
        Assert.Contains(feed.FramesOf("rows", "pods"), frame => frame["set"]?[0]?.AsArray() is { Count: 3 } set && set[1]!.GetValue<int>() == 1);
        Assert.Equal("live", feed.State("pods", PageScene.Cluster));
        await feed.WaitAsync(() => feed.State("pods", PageScene.Hanging) == "unreachable");
    }

    [Fact]
    public async Task A_window_holds_what_sort_and_filter_leave_in_order()
    {
        foreach (string name in (string[])["win-10", "win-2", "win-1", "other"])
            await scene.AddPodAsync("blue", name, "w");
        using PageBrowser browser = await scene.LoginAsync();
        JsonObject subscription = Pods("win", ".metadata.name");
        (subscription["namespace"], subscription["clusters"]) = ("blue", new JsonArray(PageScene.Cluster));
        (subscription["filter"], subscription["limit"], subscription["sort"]) = ("WIN", 2, new JsonArray(new JsonObject { ["column"] = 0 }));

        PageFeed feed = await browser.OpenStreamAsync(subscription);

        await feed.WaitForRowsAsync("win", $"{PageScene.Cluster} win-1", $"{PageScene.Cluster} win-2");
        await feed.WaitAsync(() => feed.FramesOf("rows", "win").Exists(frame => frame["matched"]?.GetValue<int>() == 3));
        Assert.Empty(await feed.PostAsync(new JsonObject { ["change"] = new JsonArray(new JsonObject { ["id"] = "win", ["offset"] = 1 }) }));
        await feed.WaitForRowsAsync("win", $"{PageScene.Cluster} win-2", $"{PageScene.Cluster} win-10");
        await scene.DeletePodAsync("blue", "win-1");
        await feed.WaitForRowsAsync("win", $"{PageScene.Cluster} win-10");
    }

    [Fact]
    public async Task Groups_are_sums_of_their_members()
    {
        foreach (string name in (string[])["sum-1", "sum-2", "sum-3"])
            await scene.AddPodAsync("red", name, name == "sum-3" ? "b" : "a");
        using PageBrowser browser = await scene.LoginAsync();
        JsonObject subscription = Pods("sums", ".metadata.labels['phase']", "pod.cpu()");
        (subscription["group"], subscription["labelSelector"]) = (new JsonArray(0), "phase in (a,b)");

        PageFeed feed = await browser.OpenStreamAsync(subscription);

        await feed.WaitForRowsAsync("sums", $"{PageScene.Cluster} a 0.5 2", $"{PageScene.Cluster} b 0.25 1");
        await scene.LabelAsync("red", "sum-1", "b");
        await feed.WaitForRowsAsync("sums", $"{PageScene.Cluster} a 0.25 1", $"{PageScene.Cluster} b 0.5 2");
    }

    [Fact]
    public async Task Who_comes_back_is_told_what_he_missed_and_nothing_else()
    {
        await scene.AddPodAsync("red", "stays", "back");
        await scene.AddPodAsync("red", "goes", "back");
        using PageBrowser browser = await scene.LoginAsync();
        JsonObject subscription = Pods("back", ".metadata.name", ".metadata.labels['gone']");
        (subscription["labelSelector"], subscription["clusters"]) = ("phase=back", new JsonArray(PageScene.Cluster));
        PageFeed feed = await browser.OpenStreamAsync(subscription);
        await feed.WaitAsync(() => feed.Rows("back").Count == 2 && feed.State("back", PageScene.Cluster) == "live");
        await feed.DetachAsync();
        int before = feed.FramesOf("rows", "back").Count;
        await scene.DeletePodAsync("red", "goes");
        await scene.AddPodAsync("red", "comes", "back");

        await feed.AttachAsync(feed.Ticket, feed.LastNumber);

        await feed.WaitForRowsAsync("back", $"{PageScene.Cluster} stays null", $"{PageScene.Cluster} comes null");
        Assert.Single(feed.FramesOf("reset", "back"));
        Assert.DoesNotContain(feed.FramesOf("rows", "back").Skip(before), frame => frame.ToJsonString().Contains("stays", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stolen_stream_id_opens_nothing()
    {
        using PageBrowser owner = await scene.LoginAsync(), thief = await scene.LoginAsync();
        PageFeed feed = await owner.OpenStreamAsync(Pods("pods", ".metadata.name"));
        string path = $"/api/streams/{feed.Id}";

        Assert.Equal(401, (await thief.GetAsync(path)).Code);
        Assert.Equal(401, (await thief.GetAsync(path, ("X-Pelago-Ticket", "guess"))).Code);
        Assert.Equal(404, (await thief.SendAsync(HttpMethod.Post, path, new JsonObject { ["ticket"] = true })).Code);
        Assert.Equal(404, (await thief.SendAsync(HttpMethod.Delete, path)).Code);
        Assert.Equal(403, (await thief.GetAsync(path, ("X-Pelago-Ticket", feed.Ticket), ("Origin", "http://evil.example"))).Code);
        await feed.DetachAsync();
        string ticket = feed.Ticket;
        await feed.AttachAsync(ticket, 0);
        Assert.Equal(401, (await owner.GetAsync(path, ("X-Pelago-Ticket", ticket))).Code);
    }

    [Fact]
    public async Task Another_name_of_the_server_may_be_read_from_and_says_so_to_the_browser()
    {
        using PageBrowser browser = await scene.LoginAsync();
        PageAnswer begun = await browser.SendAsync(HttpMethod.Post, "/api/streams", new JsonObject());
        string[] urls = [.. begun.Json["urls"]!.AsArray().Select(url => url!.GetValue<string>())];
        (string, string)[] preflight = [("Host", new Uri(urls[0]).Authority), ("Origin", $"http://{browser.Host}"), ("Sec-Fetch-Site", "cross-site"), ("X-Pelago-Csrf", "")];

        PageAnswer allowed = await browser.SendAsync(HttpMethod.Options, new Uri(urls[0]).AbsolutePath, null, preflight);

        Assert.Matches($@"^http://s\d+\.{PageScene.Label}\.localhost:{scene.Port}/api/streams/", urls[0]);
        Assert.StartsWith("/api/streams/", urls[1], StringComparison.Ordinal);
        Assert.Equal((204, $"http://{browser.Host}"), (allowed.Code, allowed.Header("Access-Control-Allow-Origin")));
        PageAnswer page = await browser.GetAsync("/", ("Sec-Fetch-Site", "none"));
        Assert.Contains($"http://*.{browser.Host}", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("columns", """[".a.("]""")]
    [InlineData("columns", """["nothing(.a)"]""")]
    [InlineData("columns", "[]")]
    [InlineData("resource", "\"pods\"")]
    [InlineData("resource", "\"v1/../secrets\"")]
    [InlineData("namespace", "\"../kube-system\"")]
    [InlineData("limit", "100000")]
    [InlineData("group", "[7]")]
    [InlineData("id", "\"a b\"")]
    public async Task What_is_no_subscription_is_refused_with_the_reason(string field, string value)
    {
        using PageBrowser browser = await scene.LoginAsync();
        PageFeed feed = await browser.OpenStreamAsync();
        JsonObject subscription = Pods("bad", ".metadata.name");
        subscription[field] = JsonNode.Parse(value);

        JsonNode refused = Assert.Single(await feed.PostAsync(new JsonObject { ["add"] = new JsonArray(subscription) }))!;

        Assert.Equal(422, refused["status"]!["code"]!.GetValue<int>());
        Assert.Contains(field, refused["status"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static JsonObject Pods(string id, params string[] columns) => new()
    {
        ["id"] = id, ["clusters"] = new JsonArray("*"), ["resource"] = "v1/pods", ["columns"] = new JsonArray([.. columns.Select(column => (JsonNode)column)]),
    };
}
