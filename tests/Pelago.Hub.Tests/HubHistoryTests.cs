// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Net.Http;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using Pelago.History;
using Pelago.History.Api;
using Pelago.Hub.Agents;
using Pelago.Hub.Runs;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Hub.Tests;

/// <summary>The history of nodes through the hub, for users who may.</summary>
public sealed class HubHistoryTests : IAsyncLifetime
{
    private const string Root = "/apis/history.pelago.dev/v1alpha1";
    private readonly TemporaryDirectory _folder = new();
    private readonly List<HistoryStore> _stores = [];
    private readonly List<TestAgent> _agents = [];
    private HubScene _scene = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _scene = await HubScene.StartAsync(null, "n1", "n2", "n3");
        await AddNodeAsync("n1", "backup");
        await AddNodeAsync("n2", "report");
    }

    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        foreach (TestAgent agent in _agents)
            await agent.DisposeAsync();
        foreach (HistoryStore store in _stores)
            await store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_list_has_the_runs_of_all_nodes_and_says_which_node_is_missing()
    {
        _scene.Cluster.Allow("ada", "list runs ");

        (int code, string body, string[] warnings) = await Eventually.GetAsync(() => AskAsync("/runs?limit=5"), answer => answer.Warnings.Length > 0, Cancel);

        Assert.Equal(200, code);
        Assert.Equal([("report", "n2"), ("backup", "n1")], JsonNode.Parse(body)!["items"]!.AsArray().Select(item => ((string)item!["spec"]!["pod"]!, (string)item["spec"]!["node"]!)));
        Assert.Equal(["what ended on node n3 is missing: it has no agent that has registered with the hub"], warnings);
    }

    [Fact]
    public async Task A_dead_agent_takes_nothing_from_the_others()
    {
        _scene.Cluster.Allow("ada", "list runs ");
        await _agents[0].DisposeAsync();

        (int code, string body, string[] warnings) = await AskAsync("/namespaces/shop/runs");

        Assert.Equal(200, code);
        Assert.Equal("report", (string)Assert.Single(JsonNode.Parse(body)!["items"]!.AsArray())!["spec"]!["pod"]!);
        Assert.Contains(warnings, warning => warning.StartsWith("what ended on node n1 is missing: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Where_a_page_of_thousands_of_nodes_ended_may_be_long(int version)
    {
        _scene.Cluster.Allow("ada", "list runs ");

        (int code, string body, _) = await _scene.AskAsync(
            _scene.FrontProxy(), HttpMethod.Get, $"{Root}/runs?continue={new string('x', 100 << 10)}", user: "ada", version: new Version(version, version == 1 ? 1 : 0));

        Assert.Equal(400, code);
        Assert.Contains("it is of no earlier query", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_hub_knows_which_nodes_there_are_it_does_not_say_what_there_is_not()
    {
        var heard = new TaskCompletionSource();
        await using HubScene scene = await HubScene.BeginAsync(null, heard.Task, "n1");
        scene.Cluster.Allow("ada", "list runs ");
        HttpMessageInvoker front = scene.FrontProxy();
        await Eventually.GetAsync(() => scene.SendAsync(front, HttpMethod.Get, "/apis", user: "ada"), answer => answer.Code == 200, Cancel);

        (int code, string why, _) = await scene.AskAsync(front, HttpMethod.Get, $"{Root}/runs", user: "ada");
        Assert.Equal(503, code);
        Assert.DoesNotContain("node n1", why, StringComparison.Ordinal);
        Assert.Equal(503, (await scene.SendAsync(front, HttpMethod.Get, "/readyz")).Code);
        heard.SetResult();
        await Eventually.GetAsync(() => scene.SendAsync(front, HttpMethod.Get, "/readyz"), answer => answer.Code == 200, Cancel);
        Assert.Contains("what ended on node n1 is missing", (await scene.AskAsync(front, HttpMethod.Get, $"{Root}/runs", user: "ada")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_that_could_not_be_reached_is_not_asked_again_for_half_a_minute_unless_it_comes_anew()
    {
        var time = new FakeTimeProvider();
        var silent = new SilentAgents(time);
        using var agent = new RegisteredAgent("n1", new IPEndPoint(IPAddress.Loopback, 1), [], "1", default);
        using var anew = new RegisteredAgent("n1", new IPEndPoint(IPAddress.Loopback, 1), [1], "1", default);
        Assert.Null(silent.Why(agent));

        silent.Note(agent, "refused");

        Assert.Equal(("refused", null), (silent.Why(agent), silent.Why(anew)));
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(silent.Why(agent));
    }

    [Fact]
    public async Task A_user_sees_only_what_he_may()
    {
        string name = _stores[0].Query(new RunQuery(), Cancel).Items[0].Name, log = $"/namespaces/shop/runs/{name}/log";
        Assert.Equal(403, (await AskAsync("/namespaces/shop/runs")).Code);
        Assert.Empty(_agents[0].Requests);
        _scene.Cluster.Allow("ada", "list runs ");
        _scene.Cluster.Allow("ada", $"get runs {name}");
        (int code, string body, _) = await AskAsync(log);
        Assert.Equal(403, code);
        Assert.Contains("cannot get resource", body, StringComparison.Ordinal);

        _scene.Cluster.Allow("ada", $"get runs/log {name}");
        Assert.Equal((200, "said by backup\n"), await AskAsync(log) is var (allowed, text, _) ? (allowed, text) : default);
        Assert.Equal(404, (await AskAsync(log.Replace("/shop/", "/other/", StringComparison.Ordinal))).Code);
    }

    [Fact]
    public async Task Agents_are_shown_a_token_of_the_hub_and_nothing_of_the_user()
    {
        _scene.Cluster.Allow("ada", "list runs ");
        await AskAsync("/runs");

        (string target, IHeaderDictionary headers) = _agents[0].Requests.First();
        Assert.StartsWith("/history/runs?", target, StringComparison.Ordinal);
        Assert.StartsWith("Bearer given-", headers.Authorization.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(headers, header => header.Key.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Events_of_a_pod_are_those_that_the_cluster_has()
    {
        RunRecord run = _stores[0].Query(new RunQuery(), Cancel).Items[0];
        _scene.Cluster.Allow("ada", $"get runs/events {run.Name}");
        _scene.Cluster["/api/v1/namespaces/shop/events/e1"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "e1", ["uid"] = "e" }, ["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["uid"] = run.PodUid },
            ["reason"] = "Started", ["lastTimestamp"] = "2026-01-01T00:00:00Z",
        };

        (int code, string body, _) = await Eventually.GetAsync(() => AskAsync($"/namespaces/shop/runs/{run.Name}/events"), answer => answer.Code != 503, Cancel);

        Assert.Equal(200, code);
        Assert.Equal("Started", (string)Assert.Single(JsonNode.Parse(body)!["items"]!.AsArray())!["reason"]!);
    }

    [Fact]
    public async Task Clients_find_out_what_there_is()
    {
        Assert.Contains("\"runs/log\"", (await AskAsync("")).Body, StringComparison.Ordinal);
        Assert.Contains("\"APIGroup\"", await DocumentAsync("/apis/history.pelago.dev"), StringComparison.Ordinal);
        Assert.Contains("history.pelago.dev/v1alpha1", await DocumentAsync("/apis"), StringComparison.Ordinal);
        Assert.Equal(404, (await AskAsync("/runs/x/y/z")).Code);
        _scene.Cluster.Allow("ada", "list runs ");
        Assert.Equal(405, (await AskAsync("/runs?watch=true")).Code);
    }

    private async Task<string> DocumentAsync(string path) => (await _scene.SendAsync(_scene.FrontProxy(), HttpMethod.Get, path, user: "ada")).Body;

    private Task<(int Code, string Body, string[] Warnings)> AskAsync(string path) => _scene.AskAsync(_scene.FrontProxy(), HttpMethod.Get, Root + path, user: "ada");

    /// <summary>A node with an agent, whose one run printed a line.</summary>
    private async Task AddNodeAsync(string node, string pod)
    {
        var store = HistoryStore.Open(new HistoryOptions { Directory = _folder[node], Durable = false });
        _stores.Add(store);
        await File.WriteAllTextAsync(_folder[pod], $"2026-01-02T03:04:05.123456700Z stdout F said by {pod}\n", Cancel);
        await store.RecordAsync(
            new FinishedRun
            {
                Namespace = "shop", Pod = pod, PodUid = Guid.NewGuid().ToString(), Container = "main", Node = node, Finished = DateTimeOffset.UtcNow.AddSeconds(_stores.Count),
                LogFiles = [_folder[pod]],
            },
            Cancel);
        var endpoint = new HistoryEndpoint(store, _folder.Path);
        TestAgent agent = await TestAgent.StartAsync(async http =>
        {
            string path = http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
            await endpoint.HandleAsync(http, HistoryPath.Read(http.Request.Method, path["/history/".Length..])!, http.RequestAborted);
        });
        _agents.Add(agent);
        Assert.Equal(200, (await _scene.RegisterAsync(_scene.AddAgentPod(node, $"agent-{node}"), agent.Port, agent.Certificate)).Code);
    }
}
