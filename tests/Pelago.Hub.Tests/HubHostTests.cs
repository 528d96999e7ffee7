// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Xunit;

namespace Pelago.Hub.Tests;

public sealed class HubHostTests
{
    private const string Images = "/apis/node.pelago.dev/v1alpha1/nodes/n1/proxy/images/import?name=a%2Fb";

    [Fact]
    public async Task It_says_where_it_is_and_by_which_authority_it_is_known()
    {
        await using HubScene scene = await HubScene.StartAsync();

        JsonObject map = scene.Cluster[HubScene.MapPath]!.Object("data")!;
        string bundle = scene.Cluster[HubScene.ApiServicePath]!.Object("spec")!.String("caBundle")!;

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, scene.Hub.Port).ToString(), map.String(NodeApi.AddressKey));
        Assert.Equal(map.String(NodeApi.AuthorityKey), System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(bundle)));
        Assert.Equal(bundle, scene.Cluster[HubScene.HistoryServicePath]!.Object("spec")!.String("caBundle"));
        Assert.Equal((200, "ok"), await scene.SendAsync(scene.Client(null), HttpMethod.Get, "/healthz"));
    }

    [Fact]
    public async Task Only_the_front_proxy_is_heard()
    {
        await using HubScene scene = await HubScene.StartAsync();
        scene.Cluster.Allow("ada", "create nodes/proxy n1");
        using X509Certificate2 other = scene.Keys.Issue("somebody"), self = TestKeys.SelfSigned();

        foreach (X509Certificate2? certificate in (X509Certificate2?[])[null, other, self])
            Assert.Equal(401, (await scene.SendAsync(scene.Client(certificate), HttpMethod.Post, Images, user: "ada", body: "x")).Code);
        Assert.Equal(401, (await scene.SendAsync(scene.FrontProxy(), HttpMethod.Post, Images, body: "x")).Code);
    }

    [Fact]
    public async Task A_user_who_may_reaches_the_agent_of_the_node_and_leaves_nothing_of_himself_on_the_way()
    {
        await using HubScene scene = await HubScene.StartAsync();
        await using TestAgent agent = await TestAgent.StartAsync();
        string token = scene.AddAgentPod("n1", "agent-1");
        scene.Cluster.Allow("ada", "create nodes/proxy n1");

        Assert.Equal(200, (await scene.RegisterAsync(token, agent.Port, agent.Certificate)).Code);
        (int code, string body) = await scene.SendAsync(scene.FrontProxy(), HttpMethod.Post, Images, user: "ada", token: "of-ada", body: "archive");

        Assert.Equal((200, "agent: archive"), (code, body));
        (string target, IHeaderDictionary headers) = Assert.Single(agent.Requests);
        Assert.Equal("/images/import?name=a%2Fb", target);
        Assert.StartsWith("Bearer given-", headers.Authorization.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(headers, header => header.Key.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase) || header.Value.ToString().Contains("of-ada", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_who_may_not_is_refused_before_anybody_is_asked()
    {
        await using HubScene scene = await HubScene.StartAsync();
        await using TestAgent agent = await TestAgent.StartAsync();
        await scene.RegisterAsync(scene.AddAgentPod("n1", "agent-1"), agent.Port, agent.Certificate);
        scene.Cluster.Allow("ada", "get nodes/proxy n1");

        (int code, string body) = await scene.SendAsync(scene.FrontProxy(), HttpMethod.Post, Images, user: "ada", body: "x");

        Assert.Equal(403, code);
        Assert.Contains("cannot create resource \\u0022nodes/proxy\\u0022", body.Replace("\\\"", "\\u0022", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
    }

    [Theory]
    [InlineData("log/main/grep?pattern=a%26b", "get pods/log web", "/taskLogs/shop/web/main/grep?pattern=a%26b")]
    [InlineData("proxy/main/read?path=..%2Fa%0Ab", "create pods/exec web", "/taskFiles/shop/web/main/read?path=..%2Fa%0Ab")]
    public async Task Logs_and_files_of_a_pod_are_for_those_who_may_read_its_logs_or_run_commands_in_it(string what, string right, string expected)
    {
        await using HubScene scene = await HubScene.StartAsync();
        await using TestAgent agent = await TestAgent.StartAsync();
        await scene.RegisterAsync(scene.AddAgentPod("n1", "agent-1"), agent.Port, agent.Certificate);
        scene.Cluster["/api/v1/namespaces/shop/pods/web"] = new JsonObject { ["spec"] = new JsonObject { ["nodeName"] = "n1" } };
        string url = $"/apis/node.pelago.dev/v1alpha1/namespaces/shop/pods/web/{what}";
        scene.Cluster.Allow("ada", "get nodes/proxy n1");
        scene.Cluster.Allow("ada", right.Contains("log", StringComparison.Ordinal) ? "create pods/exec web" : "get pods/log web");
        Assert.Equal(403, (await scene.SendAsync(scene.FrontProxy(), HttpMethod.Get, url, user: "ada")).Code);
        Assert.Empty(agent.Requests);

        scene.Cluster.Allow("ada", right);
        Assert.Equal(200, (await scene.SendAsync(scene.FrontProxy(), HttpMethod.Get, url, user: "ada")).Code);
        Assert.Equal(expected, Assert.Single(agent.Requests).Target);
    }

    [Theory]
    [InlineData("shop/pods/web/log/main/read")]
    [InlineData("shop/pods/web/log/main/../../taskFiles")]
    [InlineData("shop/pods/web/proxy/..%2F..%2Fexec/feed")]
    [InlineData("shop/pods/web/exec/main/read")]
    [InlineData("shop/pods/web/proxy/main")]
    [InlineData("shop/pods/..%2Fweb/proxy/main/read")]
    public async Task Nothing_else_of_a_node_is_reached_by_a_pod(string path)
    {
        await using HubScene scene = await HubScene.StartAsync();
        scene.Cluster.Allow("ada", "create pods/exec web");
        scene.Cluster.Allow("ada", "get pods/log web");

        Assert.Equal(404, (await scene.SendAsync(scene.FrontProxy(), HttpMethod.Get, $"/apis/node.pelago.dev/v1alpha1/namespaces/{path}", user: "ada")).Code);
    }

    [Fact]
    public async Task Only_the_agent_of_a_node_speaks_for_it()
    {
        await using HubScene scene = await HubScene.StartAsync();
        using X509Certificate2 certificate = TestKeys.SelfSigned();
        string other = scene.AddAgentPod("n1", "no-agent", account: "default");
        string gone = scene.AddAgentPod("n2", "agent-2");
        scene.Cluster[$"/api/v1/namespaces/{HubScene.Namespace}/pods/agent-2"]!["metadata"]!["uid"] = "of-another";

        Assert.Equal(401, (await scene.RegisterAsync("nobody's", 1, certificate)).Code);
        Assert.Equal(403, (await scene.RegisterAsync(other, 1, certificate)).Code);
        Assert.Equal(403, (await scene.RegisterAsync(gone, 1, certificate)).Code);
        scene.Cluster.Allow("ada", "list nodes ");
        (int code, string list) = await scene.SendAsync(scene.FrontProxy(), HttpMethod.Get, "/apis/node.pelago.dev/v1alpha1/nodes", user: "ada");
        Assert.Equal(200, code);
        Assert.Empty(JsonNode.Parse(list)!["items"]!.AsArray());
    }

    [Fact]
    public async Task An_agent_at_another_port_than_the_one_of_agents_is_refused()
    {
        await using HubScene scene = await HubScene.StartAsync(agentPort: 20360);
        using X509Certificate2 certificate = TestKeys.SelfSigned();

        (int code, string body) = await scene.RegisterAsync(scene.AddAgentPod("n1", "agent-1"), 10360, certificate);

        Assert.Equal(400, code);
        Assert.Contains("agents are at port 20360, not 10360", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_listens_at_the_place_of_an_agent_with_another_certificate_gets_nothing()
    {
        await using HubScene scene = await HubScene.StartAsync();
        await using TestAgent impostor = await TestAgent.StartAsync();
        using X509Certificate2 real = TestKeys.SelfSigned();
        await scene.RegisterAsync(scene.AddAgentPod("n1", "agent-1"), impostor.Port, real);
        scene.Cluster.Allow("ada", "create nodes/proxy n1");

        (int code, string body) = await scene.SendAsync(scene.FrontProxy(), HttpMethod.Post, Images, user: "ada", body: "x");

        Assert.Equal(503, code);
        Assert.Contains("the agent of node n1", body, StringComparison.Ordinal);
        Assert.Empty(impostor.Requests);
    }

    [Fact]
    public async Task Discovery_names_the_group_and_a_node_without_an_agent_is_said_so()
    {
        await using HubScene scene = await HubScene.StartAsync();
        scene.Cluster.Allow("ada", "get nodes/proxy n9");
        HttpMessageInvoker proxy = scene.FrontProxy();

        (int code, string resources) = await scene.SendAsync(proxy, HttpMethod.Get, "/apis/node.pelago.dev/v1alpha1", user: "system:kube-aggregator");
        (int absent, string why) = await scene.SendAsync(proxy, HttpMethod.Get, "/apis/node.pelago.dev/v1alpha1/nodes/n9/proxy/images", user: "ada");

        Assert.Equal(200, code);
        Assert.Equal(["nodes", "nodes/proxy", "pods/log", "pods/proxy"], JsonNode.Parse(resources)!["resources"]!.AsArray().Select(item => (string)item!["name"]!));
        Assert.Equal(503, absent);
        Assert.Contains("node n9 has no agent", why, StringComparison.Ordinal);
        Assert.Equal(404, (await scene.SendAsync(proxy, HttpMethod.Get, "/openapi/v2", user: "ada")).Code);
    }
}
