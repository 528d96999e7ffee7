// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Hub.Tests.Page;

/// <summary>Who sees what: whoever may see one namespace sees that one, in whatever way he came and wherever he looks, and no other.</summary>
public sealed class PageRightsTests(PageScene scene) : IClassFixture<PageScene>
{
    private const string Api = $"/api/clusters/{PageScene.Cluster}/api/v1";

    [Theory]
    [InlineData("owner", "red-0 blue-0", 200, 200, 200)]
    [InlineData("token", "red-0", 200, 403, 403)]
    [InlineData("impersonated", "red-0", 200, 403, 403)]
    [InlineData("nobody", "", 403, 403, 403)]
    public async Task Each_user_sees_what_the_cluster_lets_him_see(string who, string pods, int own, int others, int all)
    {
        using PageBrowser browser = await EnterAsync(who, $"viewer-{who}");

        Assert.Equal(own, (await browser.GetAsync($"{Api}/namespaces/red/pods")).Code);
        Assert.Equal(others, (await browser.GetAsync($"{Api}/namespaces/blue/pods")).Code);
        Assert.Equal(all, (await browser.GetAsync($"{Api}/pods")).Code);
        Assert.Equal(who == "owner" ? 200 : 403, (await browser.GetAsync($"{Api}/namespaces/red/secrets")).Code);
        PageFeed feed = await browser.OpenStreamAsync(
            Subscription("pods", "v1/pods", ".metadata.name"), Subscription("count", "v1/pods", ".kind"), Subscription("nodes", "v1/nodes", ".metadata.name"),
            Subscription("secrets", "v1/secrets", ".metadata.name"));
        string[] rows = [.. pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pod => $"{PageScene.Cluster} {pod}")];
        await feed.WaitForRowsAsync("pods", rows);
        await feed.WaitAsync(() => feed.State("pods", PageScene.Cluster) == (rows.Length > 0 ? "live" : "forbidden"));
        await feed.WaitAsync(() => feed.State("secrets", PageScene.Cluster) == (who == "owner" ? "live" : "forbidden"));
        await feed.WaitAsync(() => feed.State("nodes", PageScene.Cluster) == (who == "owner" ? "live" : "forbidden"));
        await feed.WaitAsync(() => rows.Length == 0 || feed.Rows("count").Sum(row => int.Parse(row.Split(' ')[^1])) == rows.Length);
    }

    /// <summary>What the screens of the page watch, in the namespace that a viewer may see whole, beside one that he may not see at all.</summary>
    [Theory]
    [InlineData("token")]
    [InlineData("impersonated")]
    public async Task In_no_screen_does_a_viewer_of_one_namespace_see_anything_of_another(string who)
    {
        string[] watched = await scene.FillAsync();
        using PageBrowser owner = await scene.LoginAsync(), browser = await EnterAsync(who, $"matrix-{who}", all: true);
        PageFeed feed = await browser.OpenStreamAsync([.. watched.SelectMany(resource => Screens(resource))]);
        PageFeed whole = await owner.OpenStreamAsync([.. watched.Select(resource => Subscription(Id(resource), resource, ".metadata.namespace"))]);

        foreach (string resource in watched)
        {
            string id = Id(resource);
            await whole.WaitAsync(() => whole.State(id, PageScene.Cluster) == "live");
            await whole.WaitAsync(() => whole.Rows(id).Exists(row => row.EndsWith(" blue", StringComparison.Ordinal)));
            await feed.WaitAsync(() => feed.State(id, PageScene.Cluster) == "live" && feed.State($"{id}-count", PageScene.Cluster) == "live" && feed.State($"{id}-sorted", PageScene.Cluster) == "live");
            await feed.WaitAsync(() => feed.Rows(id).Count > 0 && feed.Rows(id).TrueForAll(row => row == $"{PageScene.Cluster} red"));
            await feed.WaitAsync(() => feed.Rows($"{id}-count").SequenceEqual([$"{PageScene.Cluster} red {feed.Rows(id).Count}"]));
            await feed.WaitAsync(() => feed.Rows($"{id}-sorted").Count > 0 && feed.Rows($"{id}-sorted").TrueForAll(row => row == $"{PageScene.Cluster} red"));
            Assert.All(feed.FramesOf("rows", $"{id}-sorted").Where(frame => frame["total"] is not null), frame => Assert.InRange(frame["total"]!.GetValue<int>(), 0, feed.Rows(id).Count));
            await feed.WaitAsync(() => feed.State($"{id}-other", PageScene.Cluster) == "forbidden");
            Assert.Empty(feed.Rows($"{id}-other"));
        }
        string[] ofNoNamespace = ["v1/nodes", "v1/persistentvolumes", "rbac.authorization.k8s.io/v1/clusterroles", "fleet.pelago.dev/v1alpha1/clusters"];
        foreach (string resource in ofNoNamespace)
            await feed.PostAsync(new JsonObject { ["add"] = new JsonArray(Subscription(Id(resource), resource, ".metadata.name")) });
        foreach (string id in ofNoNamespace.Select(Id))
        {
            await feed.WaitAsync(() => feed.State(id, PageScene.Cluster) == "forbidden");
            Assert.Empty(feed.Rows(id));
        }
    }

    [Fact]
    public async Task What_was_read_with_one_token_of_a_session_is_not_shown_to_another()
    {
        using PageBrowser browser = await EnterAsync("token", "viewer-before");
        PageFeed before = await browser.OpenStreamAsync(Subscription("pods", "v1/pods", ".metadata.name"));
        await before.WaitForRowsAsync("pods", $"{PageScene.Cluster} red-0");

        string other = await scene.AddViewerAsync("blue", "viewer-after");
        Assert.Equal(200, (await browser.SendAsync(HttpMethod.Post, "/api/session/tokens", new JsonObject { ["cluster"] = PageScene.Cluster, ["token"] = other })).Code);
        PageFeed after = await browser.OpenStreamAsync(Subscription("pods", "v1/pods", ".metadata.name"));

        await after.WaitForRowsAsync("pods", $"{PageScene.Cluster} blue-0");
        Assert.DoesNotContain(after.FramesOf("rows", "pods"), frame => frame.ToJsonString().Contains("red-0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_by_token_knows_the_cluster_of_the_token_alone()
    {
        using PageBrowser browser = await EnterAsync("token", "viewer-fleet");

        PageAnswer clusters = await browser.GetAsync("/api/clusters");

        JsonNode only = Assert.Single(clusters.Json["items"]!.AsArray())!;
        Assert.Equal((PageScene.Cluster, "unknown"), (only["name"]!.GetValue<string>(), only["workloads"]!["state"]!.GetValue<string>()));
        Assert.Equal(404, (await browser.GetAsync($"/api/clusters/{PageScene.Hanging}/version")).Code);
        Assert.Equal("system:serviceaccount:red:viewer-fleet", (await browser.GetAsync("/api/session")).Json["user"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_a_browser_says_of_who_it_is_reaches_no_cluster()
    {
        using PageBrowser browser = await EnterAsync("impersonated", "viewer-forger");

        PageAnswer answer = await browser.SendAsync(HttpMethod.Get, $"{Api}/namespaces/blue/pods", null,
            ("Impersonate-User", "admin"), ("Impersonate-Group", "system:masters"), ("X-Remote-User", "admin"), ("X-Remote-Group", "system:masters"));

        Assert.Equal(403, answer.Code);
        Assert.Contains("system:serviceaccount:red:viewer-forger", answer.Body, StringComparison.Ordinal);
        Assert.Equal(PageScene.Cluster, answer.Header("X-Pelago-Cluster")); // not the hub's own words: a 401 would not end the session
    }

    [Fact]
    public async Task A_token_that_no_cluster_takes_lets_nobody_in()
    {
        using PageBrowser browser = scene.Browser();

        Assert.Equal(401, (await browser.LoginAsync(new JsonObject { ["token"] = "nonsense", ["cluster"] = PageScene.Cluster })).Code);
        Assert.Equal(404, (await browser.LoginAsync(new JsonObject { ["token"] = "nonsense", ["cluster"] = "nowhere" })).Code);
        Assert.Equal(400, (await browser.LoginAsync(new JsonObject { ["token"] = "nonsense" })).Code);
    }

    private static JsonObject Subscription(string id, string resource, string column)
    {
        var json = new JsonObject { ["id"] = id, ["clusters"] = new JsonArray(PageScene.Cluster), ["resource"] = resource, ["columns"] = new JsonArray(column) };
        if (id == "count")
            json["group"] = new JsonArray(0);
        return json;
    }

    private static string Id(string resource) => resource.Replace('/', '.');

    /// <summary>As the screens ask: a list, a count by namespace, a window sorted and cut, and the other namespace by its name.</summary>
    private static JsonObject[] Screens(string resource)
    {
        string id = Id(resource);
        JsonObject list = Subscription(id, resource, ".metadata.namespace"), count = Subscription($"{id}-count", resource, ".metadata.namespace");
        JsonObject sorted = Subscription($"{id}-sorted", resource, ".metadata.namespace"), other = Subscription($"{id}-other", resource, ".metadata.namespace");
        count["group"] = new JsonArray(0);
        sorted["limit"] = 10;
        sorted["sort"] = new JsonArray(new JsonObject { ["column"] = 0, ["descending"] = true });
        other["namespace"] = "blue";
        return [list, count, sorted, other];
    }

    private async Task<PageBrowser> EnterAsync(string who, string account, bool all = false)
    {
        if (who == "owner")
            return await scene.LoginAsync();
        if (who == "nobody")
            return await scene.LoginAsync("nobody-in-particular");
        string token = await scene.AddViewerAsync("red", account, all);
        if (who == "impersonated")
            return await scene.LoginAsync($"system:serviceaccount:red:{account}");
        PageBrowser browser = scene.Browser();
        Assert.Equal(200, (await browser.LoginAsync(new JsonObject { ["token"] = token, ["cluster"] = PageScene.Cluster })).Code);
        return browser;
    }
}
