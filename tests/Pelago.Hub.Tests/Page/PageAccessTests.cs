// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Xunit;

namespace Pelago.Hub.Tests.Page;

public sealed class PageAccessTests(PageScene scene) : IClassFixture<PageScene>
{
    [Fact]
    public async Task A_link_lets_in_once()
    {
        using PageBrowser first = scene.Browser(), second = scene.Browser();
        string code = scene.Code();

        PageAnswer entered = await first.LoginAsync(new JsonObject { ["code"] = code });
        PageAnswer replayed = await second.LoginAsync(new JsonObject { ["code"] = code });

        Assert.Equal((200, "owner", "owner"), (entered.Code, entered.Json["kind"]!.GetValue<string>(), entered.Json["user"]!.GetValue<string>()));
        Assert.Matches("^pelago-session=[A-Za-z0-9_-]{43}; path=/api; samesite=strict; httponly$", entered.Header("Set-Cookie")!);
        Assert.Equal(401, replayed.Code);
        Assert.Contains("used already", replayed.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await first.GetAsync("/api/session")).Code);
        Assert.Equal(401, (await second.GetAsync("/api/session")).Code);
    }

    [Fact]
    public async Task A_link_that_is_old_or_of_another_home_lets_nobody_in()
    {
        using PageBrowser browser = scene.Browser();
        string old = scene.Code(now: TimeProvider.System.GetUtcNow() - 2 * LoginCode.Lifetime);
        string other = LoginCode.Make(new byte[32], TimeProvider.System.GetUtcNow());

        foreach (string code in (string[])[old, other, "", "x", other[..20], new string('A', 5000)])
            Assert.Equal(401, (await browser.LoginAsync(new JsonObject { ["code"] = code })).Code);
    }

    [Theory]
    [InlineData("Host", "evil.example", 403)]
    [InlineData("Host", "localhost.evil.example", 403)]
    [InlineData("Host", "127.0.0.1.evil.example", 403)]
    [InlineData("Host", "10.0.0.1", 403)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "http://other.localhost:1", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "", 200)]
    [InlineData("Host", "localhost", 200)]
    [InlineData("Host", "[::1]", 200)]
    public async Task Who_asks_from_elsewhere_is_refused_whatever_he_has(string header, string value, int expected)
    {
        using PageBrowser browser = await scene.LoginAsync();
        string path = $"/api/clusters/{PageScene.Cluster}/api/v1/namespaces/red/pods";

        Assert.Equal(expected, (await browser.GetAsync(path, (header, value))).Code);
        Assert.Equal(expected, (await browser.GetAsync("/api/session", (header, value))).Code);
    }

    [Fact]
    public async Task Behind_a_proxy_with_tls_the_origin_is_that_of_its_name_and_the_cookie_is_for_tls_alone()
    {
        using PageBrowser browser = scene.Browser();
        var link = new JsonObject { ["code"] = scene.Code() };
        (string, string) host = ("Host", PageScene.NameBehindTls);

        PageAnswer plain = await browser.SendAsync(HttpMethod.Post, "/api/login", link, host, ("Origin", $"http://{PageScene.NameBehindTls}"));
        PageAnswer entered = await browser.SendAsync(HttpMethod.Post, "/api/login", link, host, ("Origin", $"https://{PageScene.NameBehindTls}"));

        Assert.Equal((403, 200), (plain.Code, entered.Code));
        Assert.Contains("; secure; ", entered.Header("Set-Cookie")!, StringComparison.Ordinal);
        Assert.Contains($"wss://{PageScene.NameBehindTls}", entered.Header("Content-Security-Policy")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_needs_the_sessions_own_csrf_token()
    {
        using PageBrowser browser = await scene.LoginAsync(), other = await scene.LoginAsync();
        string path = $"/api/clusters/{PageScene.Cluster}/api/v1/namespaces/blue/configmaps";
        var map = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["generateName"] = "made-" } };

        Assert.Equal(403, (await browser.SendAsync(HttpMethod.Post, path, map, ("X-Pelago-Csrf", ""))).Code);
        Assert.Equal(403, (await browser.SendAsync(HttpMethod.Post, path, map, ("X-Pelago-Csrf", other.Csrf!))).Code);
        Assert.Equal(403, (await browser.SendAsync(HttpMethod.Post, "/api/logout", null, ("X-Pelago-Csrf", ""))).Code);
        Assert.Equal(201, (await browser.SendAsync(HttpMethod.Post, path, map)).Code);
    }

    [Fact]
    public async Task A_websocket_says_its_origin_and_it_is_this_page()
    {
        using PageBrowser browser = await scene.LoginAsync();
        string path = $"/api/clusters/{PageScene.Cluster}/api/v1/namespaces/red/pods/red-0/exec?command=id";
        (string, string)[] upgrade = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")];

        Assert.Equal(403, (await browser.GetAsync(path, upgrade)).Code);
        Assert.Equal(403, (await browser.GetAsync(path, [.. upgrade, ("Origin", "http://evil.example")])).Code);
        Assert.NotEqual(403, (await browser.GetAsync(path, [.. upgrade, ("Origin", $"http://{browser.Host}")])).Code);
    }

    [Fact]
    public async Task After_logout_the_cookie_opens_nothing()
    {
        using PageBrowser browser = await scene.LoginAsync();

        Assert.Equal(204, (await browser.SendAsync(HttpMethod.Post, "/api/logout")).Code);

        Assert.Equal(401, (await browser.GetAsync("/api/clusters")).Code);
        Assert.Equal(401, (await browser.GetAsync($"/api/clusters/{PageScene.Cluster}/version")).Code);
    }

    [Fact]
    public async Task What_a_cluster_answers_never_runs_as_this_page()
    {
        using PageBrowser browser = await scene.LoginAsync();

        PageAnswer answer = await browser.GetAsync($"/api/clusters/{PageScene.Cluster}/version");
        PageAnswer page = await browser.GetAsync("/", ("Sec-Fetch-Site", "none"));

        Assert.Equal((200, "sandbox; default-src 'none'", "nosniff"), (answer.Code, answer.Header("Content-Security-Policy"), answer.Header("X-Content-Type-Options")));
        Assert.Null(answer.Header("Set-Cookie"));
        Assert.Contains("default-src 'none'; script-src 'self'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", 200, "no-cache", "<!doctype html>")]
    [InlineData("/nodes/node-1?tab=pods", 200, "no-cache", "<!doctype html>")]
    [InlineData("/assets/app-1a2b.js", 200, "public, max-age=31536000, immutable", "export")]
    [InlineData("/assets/none.js", 404, null, "not find")]
    [InlineData("/..%2fsecret.txt", 200, "no-cache", "<!doctype html>")]
    [InlineData("/assets/..%2f..%2fsecret.txt", 404, null, "not find")]
    public async Task Files_are_served_from_their_directory_and_links_into_the_page_lead_to_it(string path, int code, string? caching, string holds)
    {
        using PageBrowser browser = scene.Browser();

        PageAnswer answer = await browser.GetAsync(path, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"));

        Assert.Equal((code, caching), (answer.Code, answer.Header("Cache-Control")));
        Assert.Contains(holds, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_cluster_is_said_to_be_so_and_the_others_answer()
    {
        using PageBrowser browser = await scene.LoginAsync();

        PageAnswer clusters = await browser.GetAsync("/api/clusters");
        PageAnswer none = await browser.GetAsync("/api/clusters/nowhere/version");

        Assert.Equal([PageScene.Cluster, PageScene.Hanging], clusters.Json["items"]!.AsArray().Select(item => item!["name"]!.GetValue<string>()));
        Assert.Equal(404, none.Code);
        Assert.Equal(400, (await browser.GetAsync($"/api/clusters/{PageScene.Cluster}/api/%2e%2e/version")).Code);
    }

    [Fact]
    public async Task A_home_without_repositories_has_an_empty_catalog()
    {
        using PageBrowser browser = await scene.LoginAsync();

        Assert.Equal("""{"repositories":[],"packages":[]}""", (await browser.GetAsync("/api/catalog")).Body);
        Assert.Equal(404, (await browser.GetAsync("/api/catalog/kafka")).Code);
    }
}
