// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Net.Http;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class ListTests(EngineFixture engine)
{
    [Fact]
    public async Task An_empty_list_has_an_empty_array_and_a_revision()
    {
        string ns = await engine.NamespaceAsync();

        Answer list = await engine.GetAsync($"/api/v1/namespaces/{ns}/configmaps");

        Assert.Equal(("ConfigMapList", "v1"), (list.Json.String("kind"), list.Json.String("apiVersion")));
        Assert.Contains("\"items\":[]", list.Text, StringComparison.Ordinal);
        Assert.Matches("^[1-9][0-9]*$", list.ResourceVersion);
    }

    [Fact]
    public async Task Pages_continue_at_the_revision_of_the_first_one()
    {
        string path = await ConfigMapsAsync(5);

        Answer first = await engine.GetAsync(path + "?limit=2");
        await engine.CreateAsync(path, """{"metadata":{"name":"a9"}}""");
        Answer second = await engine.GetAsync($"{path}?limit=2&continue={Continue(first)}");
        Answer third = await engine.GetAsync($"{path}?limit=2&continue={Continue(second)}");

        Assert.Equal(["a0", "a1"], Names(first));
        Assert.Equal(["a2", "a3"], Names(second));
        Assert.Equal(["a4"], Names(third));
        Assert.Equal(3, first.Json.At("metadata", "remainingItemCount").AsInteger());
        Assert.Equal(1, second.Json.At("metadata", "remainingItemCount").AsInteger());
        Assert.Equal([first.ResourceVersion, first.ResourceVersion], new[] { second.ResourceVersion, third.ResourceVersion });
        Assert.Equal("", Continue(third));
    }

    [Fact]
    public async Task Selectors_choose_by_labels_and_fields()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/secrets";
        await engine.CreateAsync(path, """{"metadata":{"name":"a","labels":{"app":"x"}},"type":"example.com/t"}""");
        await engine.CreateAsync(path, """{"metadata":{"name":"b","labels":{"app":"y"}},"type":"Opaque"}""");

        Assert.Equal(["a"], Names(await engine.GetAsync(path + "?labelSelector=app%20in%20(x,z)")));
        Assert.Equal(["b"], Names(await engine.GetAsync(path + "?labelSelector=app!%3Dx")));
        Assert.Equal(["a"], Names(await engine.GetAsync(path + "?fieldSelector=type%3Dexample.com/t")));
        Assert.Equal(["b"], Names(await engine.GetAsync(path + "?fieldSelector=metadata.name%3Db")));
        Assert.Empty(Names(await engine.GetAsync(path + "?fieldSelector=metadata.namespace%3Dother")));
    }

    [Theory]
    [InlineData("labelSelector=a%20in%20(", 400, "unable to parse requirement: ")]
    [InlineData("fieldSelector=spec.x%3D1", 400, "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("resourceVersion=abc", 400, "invalid resource version: ")]
    [InlineData("resourceVersion=-1", 400, "invalid resource version: ")]
    [InlineData("continue=abc", 400, "invalid continue token: continue key is not valid: ")]
    [InlineData("resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersionMatch=Some&resourceVersion=1", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"Some\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    [InlineData("sendInitialEvents=true", 422, "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [InlineData("limit=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    public async Task Bad_options_are_refused_in_upstreams_words(string query, int code, string message)
    {
        string ns = await engine.NamespaceAsync();

        Answer answer = await engine.GetAsync($"/api/v1/namespaces/{ns}/configmaps?{query}");

        Assert.Equal(code, answer.Code);
        Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exact_list_shows_the_state_of_its_revision()
    {
        string path = await ConfigMapsAsync(1);
        string then = (await engine.GetAsync(path)).ResourceVersion;
        await engine.CreateAsync(path, """{"metadata":{"name":"b"}}""");

        Answer exact = await engine.GetAsync($"{path}?resourceVersion={then}&resourceVersionMatch=Exact");
        Answer notOlder = await engine.GetAsync($"{path}?resourceVersion={then}&resourceVersionMatch=NotOlderThan");

        Assert.Equal(["a0"], Names(exact));
        Assert.Equal(then, exact.ResourceVersion);
        Assert.Equal(["a0", "b"], Names(notOlder));
    }

    [Fact]
    public async Task A_revision_that_is_yet_to_come_times_out()
    {
        string path = await ConfigMapsAsync(1);

        Answer answer = await engine.GetAsync(path + "?resourceVersion=999999999");

        Assert.Equal((504, "Timeout"), (answer.Code, answer.Reason));
        Assert.StartsWith("Timeout: Too large resource version: 999999999, current: ", answer.Message, StringComparison.Ordinal);
        Assert.Equal("ResourceVersionTooLarge", answer.Json.At("details", "causes")![0]!["reason"]!.GetValue<string>());
        Assert.Equal(1, answer.Json.At("details", "retryAfterSeconds").AsInteger());
    }

    [Fact]
    public async Task A_compacted_page_gives_a_token_that_goes_on_inconsistently()
    {
        var options = new EngineOptions { PlainHttp = true, OpenAccess = true };
        await using EngineHost host = await EngineHost.StartAsync(
            options, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = host.Server };
        await http.PostAsJsonAsync("/api/v1/namespaces", new { metadata = new { name = "default" } }, TestContext.Current.CancellationToken);
        const string path = "/api/v1/namespaces/default/configmaps";
        foreach (string name in (string[])["a", "b", "c"])
            await http.PostAsJsonAsync(path, new { metadata = new { name } }, TestContext.Current.CancellationToken);
        string token = (await ReadAsync(http, path + "?limit=1")).At("metadata", "continue")!.GetValue<string>();
        await http.DeleteAsync(path + "/b", TestContext.Current.CancellationToken);
        await host.Store.CompactAsync(host.Store.Revision, TestContext.Current.CancellationToken);

        JsonObject gone = await ReadAsync(http, $"{path}?limit=1&continue={token}");
        JsonObject rest = await ReadAsync(http, $"{path}?limit=1&continue={gone.At("metadata", "continue")}");
        JsonObject exact = await ReadAsync(http, $"{path}?resourceVersion=1&resourceVersionMatch=Exact");

        Assert.Equal((410, "Expired"), ((int)gone.Integer("code")!, gone.String("reason")));
        Assert.Equal("c", rest.Array("items")![0]!["metadata"]!["name"]!.GetValue<string>());
        Assert.Equal((410, "Expired"), ((int)exact.Integer("code")!, exact.String("reason")));
    }

    [Fact]
    public async Task A_large_list_is_compressed_for_those_who_ask()
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        for (int i = 0; i < 3; i++)
            await engine.CreateAsync(path, $$$"""{"metadata":{"name":"a{{{i}}}"},"data":{"k":"{{{new string('x', 60_000)}}}"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd("gzip");

        using HttpResponseMessage response = await engine.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var plain = new GZipStream(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
        JsonNode? list = await JsonNode.ParseAsync(plain, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, list!["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_client_can_ask_for_metadata_only()
    {
        string path = await ConfigMapsAsync(1);

        Answer list = await engine.GetAsync(path, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
        Answer one = await engine.GetAsync(path + "/a0", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

        Assert.Equal(("PartialObjectMetadataList", "meta.k8s.io/v1"), (list.Json.String("kind"), list.Json.String("apiVersion")));
        Assert.Equal(("PartialObjectMetadata", "a0"), (one.Json.String("kind"), new KubeObject(one.Json).Name));
        Assert.Null(one.Json["data"]);
    }

    private static async Task<JsonObject> ReadAsync(HttpClient http, string path)
    {
        using HttpResponseMessage response = await http.GetAsync(path, TestContext.Current.CancellationToken);
        return KubeJson.ParseObject(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private static string[] Names(Answer list) => [.. list.Json.Array("items")!.Select(item => new KubeObject((JsonObject)item!).Name)];

    private static string Continue(Answer list) => list.Json.Object("metadata")!.String("continue") ?? "";

    private async Task<string> ConfigMapsAsync(int count)
    {
        string path = $"/api/v1/namespaces/{await engine.NamespaceAsync()}/configmaps";
        for (int i = 0; i < count; i++)
            await engine.CreateAsync(path, $$$"""{"metadata":{"name":"a{{{i}}}"},"data":{"k":"v"}}""");
        return path;
    }
}
