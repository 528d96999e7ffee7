// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Packages.Api;
using Xunit;

namespace Pelago.Hub.Tests.Page;

/// <summary>Installing from the page: what would change is said first, what was reviewed is what is done, and by nobody who may not.</summary>
public sealed class PageInstallTests(PageScene scene) : IClassFixture<PageScene>, IAsyncLifetime
{
    private const string Objects = $"/api/clusters/{PageScene.Cluster}/apis/packages.pelago.dev/v1alpha1/namespaces/red/installations";

    public async ValueTask InitializeAsync() => await scene.OfferPackagesAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_catalog_has_packages_with_the_pictures_that_they_bring()
    {
        using PageBrowser owner = await scene.LoginAsync(), other = await scene.LoginAsync("somebody");

        JsonObject catalog = (await owner.GetAsync("/api/catalog")).Json, package = (await owner.GetAsync("/api/catalog/sample?version=1.0")).Json;

        Assert.Equal((SamplePackages.Name, "2.0", SamplePackages.Icon), Shown(Assert.Single(catalog["packages"]!.AsArray())!));
        Assert.Equal((SamplePackages.Name, "1.0", SamplePackages.Icon), Shown(package));
        Assert.NotEmpty(catalog["repositories"]![0]!["uri"]!.GetValue<string>());
        Assert.Empty((await other.GetAsync("/api/catalog")).Json["repositories"]![0]!["uri"]!.GetValue<string>());

        static (string, string, string) Shown(JsonNode json) => (json["name"]!.GetValue<string>(), json["version"]!.GetValue<string>(), json["icon"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_would_change_is_said_and_nothing_is_written()
    {
        using PageBrowser browser = await scene.LoginAsync();

        PageAnswer plan = await InstallAsync(browser, "tried", ("dryRun", true));

        Assert.Equal(200, plan.Code);
        JsonNode cluster = Assert.Single(plan.Json["clusters"]!.AsArray())!;
        Assert.Equal(PageScene.Cluster, cluster["name"]!.GetValue<string>());
        JsonNode change = Assert.Single(cluster["changes"]!.AsArray())!;
        Assert.Equal(("+", "ConfigMap", "tried"), (change["sign"]!.GetValue<string>(), change["kind"]!.GetValue<string>(), change["name"]!.GetValue<string>()));
        Assert.Equal(404, (await browser.GetAsync($"{Objects}/tried")).Code);
    }

    [Fact]
    public async Task What_was_reviewed_is_what_is_done()
    {
        using PageBrowser browser = await scene.LoginAsync();
        string reviewed = Reviewed(await InstallAsync(browser, "done", ("dryRun", true)));

        PageAnswer other = await InstallAsync(browser, "done", ("reviewed", reviewed), ("options", new JsonObject { ["size"] = 2 }));
        PageAnswer same = await InstallAsync(browser, "done", ("reviewed", reviewed));
        JsonObject made = (await browser.GetAsync($"{Objects}/done")).Json;
        PageAnswer again = await InstallAsync(browser, "done");
        string change = Reviewed(await InstallAsync(browser, "done", ("operation", "upgrade"), ("version", "2.0"), ("dryRun", true)));
        PageAnswer first = await InstallAsync(browser, "done", ("operation", "upgrade"), ("version", "2.0"), ("reviewed", change));
        PageAnswer late = await InstallAsync(browser, "done", ("operation", "upgrade"), ("version", "2.0"), ("reviewed", change));

        Assert.Equal((409, 200, 409), (other.Code, same.Code, again.Code));
        Assert.Equal(("sample", "1.0", "ours"), (made["spec"]!["package"]!.GetValue<string>(), made["spec"]!["version"]!.GetValue<string>(), made["spec"]!["repository"]!.GetValue<string>()));
        Assert.Contains("is there already", again.Body, StringComparison.Ordinal);
        Assert.Equal((200, 409), (first.Code, late.Code));
        Assert.Equal("upgraded from 1.0", (await browser.GetAsync($"{Objects}/done")).Json["metadata"]!["annotations"]!["packages.pelago.dev/cause"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_secret_option_is_told_by_nothing_and_stays_when_a_change_does_not_name_it()
    {
        const string secret = "open-sesame";
        var options = new JsonObject { ["size"] = 2, ["password"] = secret };
        using PageBrowser browser = await scene.LoginAsync();
        PageAnswer tried = await InstallAsync(browser, "hidden", ("dryRun", true), ("options", options));
        PageAnswer done = await InstallAsync(browser, "hidden", ("reviewed", Reviewed(tried)), ("options", options));
        PageAnswer made = await browser.GetAsync($"{Objects}/hidden");
        PageAnswer changed = await InstallAsync(browser, "hidden", ("operation", "upgrade"), ("options", new JsonObject { ["size"] = 3 }));
        PageAnswer kept = await browser.GetAsync($"{Objects}/hidden");
        PageAnswer same = await InstallAsync(browser, "hidden", ("operation", "upgrade"), ("options", new JsonObject { ["size"] = 3 }), ("dryRun", true));

        Assert.All([tried, done, made, changed, kept, same], answer => Assert.Equal(200, answer.Code));
        Assert.All([tried, done, made, changed, kept, same], answer => Assert.DoesNotContain(secret, answer.Body, StringComparison.Ordinal));
        Assert.Equal("""{"size":3}""", kept.Json["spec"]!["options"]!.ToJsonString());
        Assert.StartsWith("sha256:", made.Json["spec"]!["secrets"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(made.Json["spec"]!["secrets"]!.GetValue<string>(), kept.Json["spec"]!["secrets"]!.GetValue<string>());
        Assert.True(same.Json["same"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Which_secret_options_have_a_value_is_told_to_who_may_read_them_and_one_given_as_empty_goes()
    {
        const string secrets = $"/api/installations/options?cluster={PageScene.Cluster}&namespace=red&name=emptied";
        using PageBrowser browser = await scene.LoginAsync();
        PageAnswer absent = await browser.GetAsync(secrets);
        await InstallAsync(browser, "emptied", ("version", "2.0"), ("options", new JsonObject { ["password"] = "open-sesame", ["key"] = "k3y-of-it" }));

        PageAnswer both = await browser.GetAsync(secrets);
        PageAnswer changed = await InstallAsync(browser, "emptied", ("operation", "upgrade"), ("version", "2.0"), ("options", new JsonObject { ["key"] = "" }));
        PageAnswer one = await browser.GetAsync(secrets);
        await scene.AddViewerAsync("red", "viewer-secrets");
        using PageBrowser viewer = await scene.LoginAsync("system:serviceaccount:red:viewer-secrets");

        Assert.Equal((404, 200, 200, 200), (absent.Code, both.Code, changed.Code, one.Code));
        Assert.Equal(["key", "password"], both.Json["secrets"]!.AsArray().Select(path => path!.AsArray().Single()!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal("""{"version":"2.0","options":{"key":""},"secrets":[["password"]],"lost":""}""", one.Json.ToJsonString());
        Assert.Equal(403, (await viewer.GetAsync(secrets)).Code);
        Assert.Equal(400, (await browser.GetAsync($"/api/installations/options?cluster={PageScene.Cluster}&namespace=red&name=Not/A")).Code);
        Assert.Equal(405, (await browser.SendAsync(HttpMethod.Post, secrets, new JsonObject())).Code);
    }

    [Fact]
    public async Task A_change_starts_from_what_is_in_force_and_not_from_what_was_given_up()
    {
        var path = new ResourcePath(PackagesApi.Installations, "red", "given-up");
        using PageBrowser browser = await scene.LoginAsync();
        await InstallAsync(browser, "given-up", ("options", new JsonObject { ["size"] = 2, ["password"] = "open-sesame" }));
        Installation first = await GivenUpInstallation.ReadAsync(scene.Admin, path);
        await InstallAsync(browser, "given-up", ("operation", "upgrade"), ("version", "2.0"), ("options", new JsonObject { ["size"] = 9, ["key"] = "k3y-of-it" }));
        await GivenUpInstallation.MakeAsync(scene.Admin, first, PageScene.Cluster);

        PageAnswer start = await browser.GetAsync($"/api/installations/options?cluster={PageScene.Cluster}&namespace=red&name=given-up");
        PageAnswer plan = await InstallAsync(browser, "given-up", ("operation", "upgrade"), ("version", "2.0"), ("options", new JsonObject { ["size"] = 3 }), ("dryRun", true));

        Assert.Equal("""{"version":"1.0","options":{"size":2},"secrets":[["password"]],"lost":""}""", start.Json.ToJsonString());
        Assert.Equal(("1.0", "upgraded from 1.0"), (plan.Json["from"]!.GetValue<string>(), plan.Json["cause"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_catalog_says_which_options_are_secret()
    {
        using PageBrowser browser = await scene.LoginAsync();

        Assert.Equal("""[["password"]]""", (await browser.GetAsync("/api/catalog/sample?version=1.0")).Json["secrets"]!.ToJsonString());
    }

    [Fact]
    public async Task Secret_options_that_are_lost_are_given_again_by_a_change()
    {
        using PageBrowser browser = await scene.LoginAsync();
        await InstallAsync(browser, "lost", ("options", new JsonObject { ["size"] = 2, ["password"] = "open-sesame" }));
        string before = (await browser.GetAsync($"{Objects}/lost")).Json["spec"]!["secrets"]!.GetValue<string>();
        await ForgetAsync(browser, before);

        PageAnswer tried = await InstallAsync(browser, "lost", ("operation", "upgrade"), ("dryRun", true), ("options", new JsonObject { ["size"] = 2, ["password"] = "open-barley" }));
        PageAnswer changed = await InstallAsync(browser, "lost", ("operation", "upgrade"), ("options", new JsonObject { ["size"] = 2, ["password"] = "open-barley" }));
        PageAnswer again = await InstallAsync(browser, "lost", ("operation", "upgrade"), ("dryRun", true), ("options", new JsonObject { ["size"] = 3 }));

        Assert.Equal((200, 200, 200), (tried.Code, changed.Code, again.Code));
        Assert.NotEmpty(tried.Json["lost"]!.GetValue<string>());
        Assert.Empty(again.Json["lost"]!.GetValue<string>());
        Assert.NotEqual(before, (await browser.GetAsync($"{Objects}/lost")).Json["spec"]!["secrets"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("options", """{"size": 0}""", 422, "/size: minimum")]
    [InlineData("version", "\"9\"", 404, "no repository has sample 9")]
    [InlineData("package", "\"none\"", 404, "no repository has none")]
    [InlineData("name", "\"Not A Name\"", 400, "small letters")]
    [InlineData("namespace", "\"\"", 400, "namespace")]
    [InlineData("clusters", "[]", 400, "clusters")]
    [InlineData("clusters", """["nowhere"]""", 404, "no cluster")]
    [InlineData("operation", "\"explode\"", 400, "operation")]
    [InlineData("operation", "\"upgrade\"", 404, "nothing called")]
    [InlineData("operation", "\"rollback\"", 404, "nothing called")]
    public async Task What_cannot_be_is_refused_in_words(string field, string value, int code, string says)
    {
        using PageBrowser browser = await scene.LoginAsync();

        PageAnswer answer = await InstallAsync(browser, "refused", (field, JsonNode.Parse(value)));

        Assert.Equal(code, answer.Code);
        Assert.Contains(says, answer.Json["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_write_installations_installs_nothing()
    {
        await scene.AddViewerAsync("red", "viewer-install");
        using PageBrowser browser = await scene.LoginAsync("system:serviceaccount:red:viewer-install");

        Assert.Equal(403, (await InstallAsync(browser, "forbidden", ("dryRun", true))).Code);
        Assert.Equal(403, (await InstallAsync(browser, "forbidden")).Code);

        using PageBrowser owner = await scene.LoginAsync();
        Assert.Equal(404, (await owner.GetAsync($"{Objects}/forbidden")).Code);
    }

    /// <summary>Somebody removes what is kept of a digest.</summary>
    private static async Task ForgetAsync(PageBrowser browser, string digest)
    {
        const string secrets = $"/api/clusters/{PageScene.Cluster}/api/v1/namespaces/red/secrets";
        JsonArray all = (await browser.GetAsync(secrets)).Json["items"]!.AsArray();
        foreach (JsonNode? one in all.Where(one => (string?)one!["metadata"]!["annotations"]?["packages.pelago.dev/digest"] == digest))
            Assert.Equal(200, (await browser.SendAsync(HttpMethod.Delete, $"{secrets}/{one!["metadata"]!["name"]}", null)).Code);
    }

    private static string Reviewed(PageAnswer plan) => plan.Json["reviewed"]!.GetValue<string>();

    private static Task<PageAnswer> InstallAsync(PageBrowser browser, string name, params (string Field, JsonNode? Value)[] fields)
    {
        var body = new JsonObject
        {
            ["operation"] = "install", ["clusters"] = new JsonArray(PageScene.Cluster), ["namespace"] = "red", ["name"] = name, ["package"] = SamplePackages.Name, ["version"] = "1.0",
        };
        foreach ((string field, JsonNode? value) in fields)
            body[field] = value?.DeepClone();
        return browser.SendAsync(HttpMethod.Post, "/api/installations", body);
    }
}
