// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;
using Xunit;

namespace Pelago.Hub.Tests.Cosmos;

public sealed class CosmosErrorsTests(ServicesScene scene) : IClassFixture<ServicesScene>
{
    private static readonly string Search = CosmosClient.Type("package.search-request", 1), Found = CosmosClient.Type("package.search-response", 1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_refusal_has_the_type_and_the_status_of_Cosmos()
    {
        JsonArray all = CosmosScene.Recording("errors.json").AsArray();
        Assert.NotEmpty(all);
        foreach (JsonNode? recorded in all)
        {
            JsonNode expected = JsonNode.Parse(recorded!.ToJsonString().Replace("{server}", scene.Server, StringComparison.Ordinal))!;
            CosmosAnswer answer = await scene.Admin.PostAsync((string)expected["path"]!, (string)expected["kind"]!, (int)expected["version"]!, expected["body"]!);

            Assert.True(
                ((string)expected["type"]!, (int)expected["status"]!) == ((string?)answer.Json["type"], answer.Code), $"{expected.ToJsonString()}: {answer.Code} {answer.Json.ToJsonString()}");
            Assert.Equal(CosmosClient.Type("package.error", 1), answer.Type);
            Assert.NotEqual("", (string?)answer.Json["message"]);
        }
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_request_is_said_at_once()
    {
        CosmosAnswer answer = await scene.Admin.SendAsync(HttpMethod.Post, "/package/install", "", null, null);

        Assert.Equal((400, "multiple_errors"), (answer.Code, (string?)answer.Json["type"]));
        Assert.Equal(["not_present", "not_present", "not_present"], answer.Json["data"]!["errors"]!.AsArray().Select(error => (string)error!["type"]!));
    }

    [Theory]
    [InlineData("application/json", "not_valid")]
    [InlineData("application/vnd.dcos.package.search-response+json;charset=utf-8;version=v2", "not_valid")]
    [InlineData("application/vnd.dcos.package.describe-response+json;charset=utf-8;version=v1", "not_valid")]
    [InlineData("application/vnd.dcos.package.search-response+json;charset=utf-8;version=v1;q=0", "not_valid")]
    [InlineData("application/vnd.dcos.package.search-response+json;charset=utf-8;version=v1;q=0.2, text/html", null)]
    [InlineData("application/vnd.dcos.package.search-response+json; version=v1", null)]
    public async Task What_is_accepted_decides(string accept, string? type)
    {
        CosmosAnswer answer = await scene.Admin.SendAsync(HttpMethod.Post, "/package/search", "{}", Search, accept);

        Assert.Equal((type is null ? 200 : 400, type), (answer.Code, (string?)answer.Json["type"]));
    }

    [Theory]
    [InlineData("version=v2;q=0.1,version=v3;q=0.9", 3)]
    [InlineData("version=v2;q=0.9,version=v3;q=0.1", 2)]
    [InlineData("version=v2", 2)]
    public async Task Of_several_versions_the_one_that_is_liked_best_is_answered(string likings, int version)
    {
        string accept = string.Join(',', likings.Split(',').Select(liking => $"application/vnd.dcos.package.describe-response+json;charset=utf-8;{liking}"));

        CosmosAnswer answer = await scene.Admin.SendAsync(HttpMethod.Post, "/package/describe", """{"packageName": "marathon"}""", CosmosClient.Type("package.describe-request", 1), accept);

        Assert.Equal(CosmosClient.Type("package.describe-response", version), answer.Type);
        Assert.Equal("1.4.6", (string?)(version == 2 ? answer.Json["version"] : answer.Json["package"]!["version"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("token=nonsense")]
    [InlineData("Basic YTpi")]
    [InlineData("token=")]
    public async Task Who_shows_no_token_of_the_cluster_is_nobody(string? authorization)
    {
        foreach ((HttpMethod method, string path) in new[] { (HttpMethod.Post, "/package/search"), (HttpMethod.Post, "/cosmos/service/describe"), (HttpMethod.Get, "/capabilities"), (HttpMethod.Get, "/package/resource?url=x") })
        {
            CosmosAnswer answer = await scene.Admin.SendAsync(method, path, method == HttpMethod.Post ? "{}" : null, Search, Found, authorization);

            Assert.Equal((401, "Unauthorized"), (answer.Code, (string?)answer.Json["type"]));
            Assert.StartsWith("Bearer", answer.Challenge, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_bearer_is_let_in_too()
    {
        CosmosAnswer answer = await scene.Admin.SendAsync(HttpMethod.Get, "/capabilities", null, null, CosmosClient.Type("capabilities", 1), "Bearer TOKEN");

        Assert.Equal("PACKAGE_MANAGEMENT", (string?)answer.Json["capabilities"]![0]!["name"]);
    }

    [Fact]
    public async Task What_a_token_may_not_is_forbidden_and_nothing_of_it_is_done()
    {
        (string Path, string Kind, JsonObject Body)[] wishes =
        [
            ("/package/install", "package.install", new JsonObject { ["packageName"] = "kiosk", ["packageVersion"] = "1.0", ["appId"] = "mine" }),
            ("/package/repository/list", "package.repository.list", []),
            ("/package/repository/add", "package.repository.add", new JsonObject { ["name"] = "mine", ["uri"] = $"{scene.Server}/empty-mine" }),
            ("/package/repository/delete", "package.repository.delete", new JsonObject { ["name"] = "Universe" }),
        ];
        foreach ((string path, string kind, JsonObject body) in wishes)
        {
            CosmosAnswer answer = await scene.Viewer.PostAsync(path, kind, 1, body);
            Assert.True((403, "Forbidden") == (answer.Code, (string?)answer.Json["type"]), $"{path}: {answer.Json.ToJsonString()}");
        }

        Assert.Equal(200, (await scene.Viewer.PostAsync("/package/list", "package.list", 1, new JsonObject())).Code);
        Assert.Equal(200, (await scene.Viewer.PostAsync("/package/search", "package.search", 1, new JsonObject())).Code);
        CosmosAnswer repositories = await scene.Admin.PostAsync("/package/repository/list", "package.repository.list", 1, new JsonObject());
        Assert.Contains(repositories.Json["repositories"]!.AsArray(), one => (string?)one!["name"] == "Universe");
    }

    [Fact]
    public async Task One_that_is_there_is_not_installed_again_and_of_several_one_has_to_be_named()
    {
        JsonObject Wish(string id) => new() { ["packageName"] = "arangodb", ["appId"] = id };
        Assert.Equal(200, (await scene.Admin.PostAsync("/package/install", "package.install", 2, Wish("/north/deep/graph"))).Code);
        Assert.Equal(200, (await scene.Admin.PostAsync("/package/install", "package.install", 2, Wish("south"))).Code);

        CosmosAnswer again = await scene.Admin.PostAsync("/package/install", "package.install", 2, Wish("/north/deep/graph"));
        CosmosAnswer unclear = await scene.Admin.PostAsync("/package/uninstall", "package.uninstall", 1, new JsonObject { ["packageName"] = "arangodb" });
        CosmosAnswer all = await scene.Admin.PostAsync("/package/uninstall", "package.uninstall", 1, new JsonObject { ["packageName"] = "arangodb", ["all"] = true });

        Assert.Equal((409, "PackageAlreadyInstalled"), (again.Code, (string?)again.Json["type"]));
        Assert.Equal("AmbiguousAppId", (string?)unclear.Json["type"]);
        Assert.Equal(["/north/deep/graph", "/south"], unclear.Json["data"]!["appIds"]!.AsArray().Select(id => (string)id!).Order(StringComparer.Ordinal));
        Assert.Equal(2, all.Json["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_upgrade_goes_where_the_packages_authors_let_it_and_options_follow()
    {
        Assert.Equal(200, (await scene.Admin.PostAsync("/package/install", "package.install", 2, new JsonObject { ["packageName"] = "street", ["appId"] = "/city/street" })).Code);
        // What it needs was installed beside it.
        KubeObject kiosk = KubeObject.Parse((await scene.Owner.GetAsync(new ResourcePath(PackagesApi.Installations, "city", "kiosk"), Cancel)).BodyOrThrow());
        CosmosAnswer refused = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/city/kiosk", ["packageVersion"] = "9", ["replace"] = false });
        CosmosAnswer upgraded = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/city/kiosk", ["packageVersion"] = "2.0", ["replace"] = true });
        CosmosAnswer options = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/city/kiosk", ["packageVersion"] = "1.0", ["replace"] = false, ["options"] = new JsonObject { ["greeting"] = "hi" } });
        CosmosAnswer described = await scene.Admin.PostAsync("/service/describe", "service.describe", 1, new JsonObject { ["appId"] = "/city/kiosk" });

        Assert.Equal("1.0", kiosk.Spec!.String("version"));
        Assert.Equal("VersionNotFound", (string?)refused.Json["type"]);
        Assert.Equal("2.0", (string?)upgraded.Json["package"]!["version"]);
        Assert.Equal("hi", (string?)options.Json["resolvedOptions"]!["greeting"]);
        Assert.Equal(["2.0"], described.Json["upgradesTo"]!.AsArray().Select(version => (string)version!));
    }

    [Fact]
    public async Task An_option_that_would_make_another_service_of_it_is_refused()
    {
        JsonObject Options(string name) => new() { ["service"] = new JsonObject { ["name"] = name } };
        Assert.Equal(200, (await scene.Admin.PostAsync("/package/install", "package.install", 2, new JsonObject { ["packageName"] = "marathon", ["options"] = Options("one") })).Code);

        CosmosAnswer answer = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/one", ["options"] = Options("two"), ["replace"] = true });

        Assert.Equal(("AppIdChanged", "/two", "/one"), ((string?)answer.Json["type"], (string?)answer.Json["data"]!["newAppId"], (string?)answer.Json["data"]!["oldAppId"]));
    }

    [Fact]
    public async Task Options_that_do_not_fit_on_one_of_its_clusters_are_refused()
    {
        Assert.Equal(200, (await scene.Admin.PostAsync("/package/install", "package.install", 2, new JsonObject { ["packageName"] = "kiosk", ["packageVersion"] = "1.0", ["appId"] = "/spread" })).Code);
        var path = new ResourcePath(PackagesApi.Installations, "default", "spread");
        JsonObject On(string cluster, JsonNode greeting) => new() { ["name"] = cluster, ["options"] = new JsonObject { ["greeting"] = greeting } };
        var patch = new JsonObject { ["spec"] = new JsonObject { ["clusters"] = new JsonArray(On("hub", "hello"), On("east", 7)) } };
        (await scene.Owner.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, Cancel)).BodyOrThrow();

        CosmosAnswer answer = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/spread", ["options"] = new JsonObject { ["greeting"] = "hi" }, ["replace"] = false });

        Assert.Equal((400, "JsonSchemaMismatch"), (answer.Code, (string?)answer.Json["type"]));
    }

    [Fact]
    public async Task A_service_whose_secret_options_are_lost_takes_others()
    {
        var path = new ResourcePath(PackagesApi.Installations, "default", "bereft");
        var wish = new JsonObject { ["packageName"] = "kiosk", ["packageVersion"] = "1.0", ["appId"] = "/bereft", ["options"] = new JsonObject { ["password"] = "open-sesame" } };
        CosmosAnswer installed = await scene.Admin.PostAsync("/package/install", "package.install", 2, wish);
        var patch = new JsonObject { ["spec"] = new JsonObject { ["secrets"] = $"sha256:{new string('0', 64)}" } };
        (await scene.Owner.PatchAsync(path, PatchType.Merge, KubeJson.ToUtf8(patch), WriteQuery.None, Cancel)).BodyOrThrow();

        CosmosAnswer answer = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/bereft", ["options"] = new JsonObject { ["password"] = "open-barley" }, ["replace"] = false });
        KubeObject changed = KubeObject.Parse((await scene.Owner.GetAsync(path, Cancel)).BodyOrThrow());

        Assert.Equal((200, 200), (installed.Code, answer.Code));
        Assert.NotEqual(patch["spec"]!["secrets"]!.GetValue<string>(), changed.Spec!.String("secrets"));
        Assert.Contains("secret options of before are lost", changed.Annotations!.String("packages.pelago.dev/cause"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_of_which_an_upgrade_was_given_up_is_described_as_it_is()
    {
        var path = new ResourcePath(PackagesApi.Installations, "default", "steady");
        var wish = new JsonObject { ["packageName"] = "kiosk", ["packageVersion"] = "1.0", ["appId"] = "/steady", ["options"] = new JsonObject { ["greeting"] = "hello" } };
        Assert.Equal(200, (await scene.Admin.PostAsync("/package/install", "package.install", 2, wish)).Code);
        Installation first = await GivenUpInstallation.ReadAsync(scene.Owner, path);
        CosmosAnswer upgraded = await scene.Admin.PostAsync("/service/update", "service.update", 1, new JsonObject { ["appId"] = "/steady", ["packageVersion"] = "2.0", ["replace"] = true });
        await GivenUpInstallation.MakeAsync(scene.Owner, first, "hub");

        CosmosAnswer described = await scene.Admin.PostAsync("/service/describe", "service.describe", 1, new JsonObject { ["appId"] = "/steady" });

        Assert.Equal(200, upgraded.Code);
        Assert.Equal(("1.0", "hello"), ((string?)described.Json["package"]!["version"], (string?)described.Json["userProvidedOptions"]!["greeting"]));
    }

    [Fact]
    public async Task Secret_options_are_told_by_nothing_and_stay_when_others_are_replaced()
    {
        const string secret = "open-sesame";
        JsonObject Wish(string field, JsonObject options) => new() { [field] = field == "appId" ? "/vault" : "kiosk", ["options"] = options };
        JsonObject wish = Wish("packageName", new JsonObject { ["password"] = secret });
        (wish["packageVersion"], wish["appId"]) = ("1.0", "/vault");
        CosmosAnswer installed = await scene.Admin.PostAsync("/package/install", "package.install", 2, wish);
        KubeObject made = await VaultAsync();
        JsonObject change = Wish("appId", new JsonObject { ["greeting"] = "hi" });
        change["replace"] = true;
        CosmosAnswer updated = await scene.Admin.PostAsync("/service/update", "service.update", 1, change);
        KubeObject kept = await VaultAsync();
        CosmosAnswer described = await scene.Admin.PostAsync("/service/describe", "service.describe", 1, new JsonObject { ["appId"] = "/vault" });

        Assert.Equal((200, 200, 200), (installed.Code, updated.Code, described.Code));
        Assert.All([installed.Json, updated.Json, described.Json, made.Json, kept.Json], told => Assert.DoesNotContain(secret, told.ToJsonString(), StringComparison.Ordinal));
        Assert.Equal("""{"greeting":"hi"}""", described.Json["userProvidedOptions"]!.ToJsonString());
        Assert.NotNull(made.Spec!.String("secrets"));
        Assert.Equal(made.Spec!.String("secrets"), kept.Spec!.String("secrets"));

        async Task<KubeObject> VaultAsync() => KubeObject.Parse((await scene.Owner.GetAsync(new ResourcePath(PackagesApi.Installations, "default", "vault"), Cancel)).BodyOrThrow());
    }

    [Fact]
    public async Task Rendering_decorates_as_Cosmos_does()
    {
        CosmosAnswer answer = await scene.Admin.PostAsync("/package/render", "package.render", 1, new JsonObject { ["packageName"] = "marathon", ["appId"] = "team/m", ["options"] = new JsonObject { ["service"] = new JsonObject { ["cpus"] = 1 } } });
        CosmosAnswer own = await scene.Admin.PostAsync("/package/render", "package.render", 1, new JsonObject { ["packageName"] = "kiosk", ["packageVersion"] = "1.0" });

        JsonNode app = answer.Json["marathonJson"]!, labels = app["labels"]!;
        Assert.Equal(("/team/m", 1, "marathon-user"), ((string?)app["id"], (int)app["cpus"]!, (string?)labels["DCOS_SERVICE_NAME"]));
        Assert.Equal(("marathon", "1.4.6", $"{scene.Server}/universe"), ((string?)labels["DCOS_PACKAGE_NAME"], (string?)labels["DCOS_PACKAGE_VERSION"], (string?)labels["DCOS_PACKAGE_SOURCE"]));
        Assert.Equal("""{"service":{"cpus":1}}""", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)labels["DCOS_PACKAGE_OPTIONS"]!)));
        Assert.Equal("hello", (string?)own.Json["marathonJson"]!["objects"]![0]!["data"]!["greeting"]);
    }

    [Fact]
    public async Task Only_what_packages_name_is_fetched_and_nothing_of_this_machine_for_others()
    {
        HttpResponseMessage picture = await scene.Admin.RawAsync(HttpMethod.Get, $"/package/resource?url={Uri.EscapeDataString($"{scene.Server}/file.png")}", null, null, null);
        CosmosAnswer unnamed = await scene.Admin.SendAsync(HttpMethod.Get, $"/package/resource?url={Uri.EscapeDataString($"{scene.Server}/universe")}", null, null, null);
        CosmosAnswer local = await scene.Admin.SendAsync(HttpMethod.Get, $"/package/resource?url={Uri.EscapeDataString("http://localhost:1/elsewhere.png")}", null, null, null);

        Assert.Equal((200, "image/png", 4L), ((int)picture.StatusCode, picture.Content.Headers.ContentType!.ToString(), picture.Content.Headers.ContentLength));
        Assert.Equal("sandbox; default-src 'none'", Assert.Single(picture.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal((403, "Forbidden"), (unnamed.Code, (string?)unnamed.Json["type"]));
        Assert.Equal((502, "EndpointUriConnection"), (local.Code, (string?)local.Json["type"]));
        Assert.Contains("is on this machine", (string?)local.Json["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_ask()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{scene.Origin}/package/search");
        request.Headers.TryAddWithoutValidation("Origin", "http://evil.example.com");

        HttpResponseMessage answer = await http.SendAsync(request, Cancel);

        Assert.Equal(403, (int)answer.StatusCode);
    }
}
