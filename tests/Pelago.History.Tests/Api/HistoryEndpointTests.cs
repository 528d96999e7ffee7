// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.History.Api;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.History.Tests.Api;

public sealed class HistoryEndpointTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _folder = new();
    private HistoryStore _store = null!;
    private HistoryEndpoint _endpoint = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = HistoryStore.Open(new HistoryOptions { Directory = _folder["history"], Durable = false });
        _endpoint = new HistoryEndpoint(_store, _folder.Path);
        string log = _folder["0.log"];
        await File.WriteAllTextAsync(log, TestRuns.Line("first") + TestRuns.Line("last"), Cancel);
        for (int number = 1; number <= 8; number++)
            await _store.RecordAsync(TestRuns.Run(number, log) with { Namespace = number % 2 == 0 ? "a" : "b", Spec = Encoding.UTF8.GetBytes("""{"spec":{"containers":[]}}""") }, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_list_has_the_runs_of_a_namespace_or_of_all_page_by_page()
    {
        JsonObject all = await JsonAsync(new HistoryRequest("list", "", "runs", "", ""), "?limit=5");
        JsonObject rest = await JsonAsync(new HistoryRequest("list", "", "runs", "", ""), $"?limit=5&continue={(string)all["metadata"]!["continue"]!}");
        JsonObject some = await JsonAsync(new HistoryRequest("list", "a", "runs", "", ""), "");

        Assert.Equal(["pod-8", "pod-7", "pod-6", "pod-5", "pod-4"], Pods(all));
        Assert.Equal(["pod-3", "pod-2", "pod-1"], Pods(rest));
        Assert.Equal(["pod-8", "pod-6", "pod-4", "pod-2"], Pods(some));
        Assert.Equal("RunList", (string)all["kind"]!);
    }

    [Theory]
    [InlineData("status.outcome=Failed", "pod-7")]
    [InlineData("status.exitCode=1", "pod-7")]
    [InlineData("spec.owner=Job/job-3", "pod-3")]
    [InlineData("search=pod-5,status.outcome=Succeeded", "pod-5")]
    [InlineData("spec.pod=pod-2,metadata.namespace=a", "pod-2")]
    public async Task Field_selectors_choose(string selector, string pod) =>
        Assert.Equal([pod], Pods(await JsonAsync(new HistoryRequest("list", "", "runs", "", ""), $"?fieldSelector={Uri.EscapeDataString(selector)}")));

    [Theory]
    [InlineData("status.outcome=Failed", 1)]
    [InlineData("status.outcome=Succeeded", 0)]
    [InlineData("spec.podUID=other", 0)]
    [InlineData("spec.node=node-1,status.exitCode=1", 1)]
    public async Task A_name_with_other_fields_is_only_that_of_a_run_which_has_them(string others, int count)
    {
        string name = _store.Query(new RunQuery { Pod = "pod-7" }, Cancel).Items[0].Name;

        Assert.Equal(count, Pods(await JsonAsync(new HistoryRequest("list", "", "runs", "", ""), $"?fieldSelector={Uri.EscapeDataString($"metadata.name={name},{others}")}")).Length);
    }

    [Fact]
    public async Task A_word_for_what_is_missing_that_is_none_is_not_put_into_a_header()
    {
        await _store.RecordAsync(TestRuns.Run(9) with { Namespace = "a", LogLoss = "odd\r\nX-Evil: 1" }, Cancel);
        var http = new DefaultHttpContext();

        await _endpoint.HandleAsync(http, new HistoryRequest("get", "a", "runs", _store.Query(new RunQuery { Pod = "pod-9" }, Cancel).Items[0].Name, "log"), Cancel);

        Assert.Equal(LogLoss.Unreadable, http.Response.Headers[HistoryApi.LogLossHeader].ToString());
    }

    [Theory]
    [InlineData("?fieldSelector=status.outcome%3DMaybe")]
    [InlineData("?fieldSelector=spec.colour%3Dred")]
    [InlineData("?fieldSelector=spec.pod%21%3Dx")]
    [InlineData("?fieldSelector=since%3Dyesterday")]
    [InlineData("?continue=x")]
    [InlineData("?limit=many")]
    [InlineData("?labelSelector=app%3Dweb")]
    public async Task What_cannot_be_understood_is_a_bad_request(string query) => Assert.Equal(400, await CodeAsync(new HistoryRequest("list", "", "runs", "", ""), query));

    [Fact]
    public async Task A_name_finds_its_run_in_its_namespace_alone()
    {
        string name = _store.Query(new RunQuery { Pod = "pod-4" }, Cancel).Items[0].Name;

        JsonObject run = await JsonAsync(new HistoryRequest("get", "a", "runs", name, ""), "");
        Assert.Equal(("pod-4", "Succeeded", 2), ((string)run["spec"]!["pod"]!, (string)run["status"]!["outcome"]!, (int)run["status"]!["log"]!["lines"]!));
        Assert.NotNull(run["spec"]!["template"]!["spec"]);
        Assert.Equal("last\n", await TextAsync(new HistoryRequest("get", "a", "runs", name, "log"), "?tailLines=1"));
        Assert.Equal([name], (await JsonAsync(new HistoryRequest("list", "a", "runs", "", ""), $"?fieldSelector=metadata.name%3D{name}"))["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!));
        Assert.Empty((await JsonAsync(new HistoryRequest("list", "b", "runs", "", ""), $"?fieldSelector=metadata.name%3D{name}"))["items"]!.AsArray());
        foreach (string sub in (string[])["", "log", "events"])
            Assert.Equal(404, await CodeAsync(new HistoryRequest("get", "b", "runs", name, sub), ""));
        Assert.Equal(404, await CodeAsync(new HistoryRequest("create", "b", "runs", name, "pin"), ""));
    }

    [Fact]
    public async Task A_pin_is_set_and_taken_away()
    {
        string name = _store.Query(new RunQuery { Pod = "pod-4" }, Cancel).Items[0].Name;

        await JsonAsync(new HistoryRequest("create", "a", "runs", name, "pin"), "");
        Assert.True(_store.Find(name)!.Pinned);
        await JsonAsync(new HistoryRequest("delete", "a", "runs", name, "pin"), "");
        Assert.False(_store.Find(name)!.Pinned);
    }

    [Fact]
    public async Task Kubectl_gets_a_table_and_days_can_be_taken_as_parquet()
    {
        JsonObject table = (JsonObject)JsonNode.Parse(await TextAsync(new HistoryRequest("list", "a", "runs", "", ""), "?limit=1", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"))!;
        Assert.Equal(("Table", "pod-8"), ((string)table["kind"]!, (string)table["rows"]![0]!["cells"]![1]!));
        Assert.Equal(table["columnDefinitions"]!.AsArray().Count, table["rows"]![0]!["cells"]!.AsArray().Count);

        string day = (string)(await JsonAsync(new HistoryRequest("list", "", "days", "", ""), ""))["items"]![0]!["metadata"]!["name"]!;
        Assert.StartsWith("PAR1", await TextAsync(new HistoryRequest("get", "", "days", day, "parquet"), ""), StringComparison.Ordinal);
        Assert.Equal(404, await CodeAsync(new HistoryRequest("get", "", "days", "2001-01-01", ""), ""));
    }

    [Theory]
    [InlineData("watch", "runs", "")]
    [InlineData("create", "runs", "")]
    [InlineData("delete", "runs", "")]
    [InlineData("update", "runs", "log")]
    public async Task History_is_not_written_by_clients(string verb, string resource, string subresource) =>
        Assert.Equal(405, await CodeAsync(new HistoryRequest(verb, "a", resource, "x", subresource), ""));

    [Fact]
    public async Task Nothing_else_is_there() => Assert.Equal(404, await CodeAsync(new HistoryRequest("get", "a", "walks", "x", ""), ""));

    private static string[] Pods(JsonObject list) => [.. list["items"]!.AsArray().Select(item => (string)item!["spec"]!["pod"]!)];

    private async Task<JsonObject> JsonAsync(HistoryRequest asked, string query) => (JsonObject)JsonNode.Parse(await TextAsync(asked, query))!;

    private async Task<int> CodeAsync(HistoryRequest asked, string query)
    {
        ApiStatusException refused = await Assert.ThrowsAsync<ApiStatusException>(() => TextAsync(asked, query));
        return refused.Status.Code;
    }

    private async Task<string> TextAsync(HistoryRequest asked, string query, string accept = "application/json")
    {
        var body = new MemoryStream();
        var http = new DefaultHttpContext { Response = { Body = body } };
        http.Request.QueryString = new QueryString(query);
        http.Request.Headers.Accept = accept;
        await _endpoint.HandleAsync(http, asked, Cancel);
        return Encoding.Latin1.GetString(body.ToArray());
    }
}
