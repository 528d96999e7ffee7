// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Hub.FrontProxies;
using Pelago.Kube;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Hub.Agents;

/// <summary>nodes/NODE/proxy/PATH: to the agent of the node, for users who may; bodies stream both ways, as long as they like.</summary>
internal sealed class AgentProxy(AgentRegistry agents, AgentTokens tokens, AccessReviews access, IHttpForwarder forwarder)
{
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromHours(12), AllowResponseBuffering = false, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static IHttpForwarder NewForwarder(ILoggerFactory logging) =>
        new ServiceCollection().AddSingleton(logging).AddLogging().AddHttpForwarder().BuildServiceProvider().GetRequiredService<IHttpForwarder>();

    public async Task HandleAsync(HttpContext http, ReviewedUser user, FrontProxyTrust trust, string node, string path)
    {
        string verb = NodeApi.VerbOf(http.Request.Method);
        (bool allowed, string reason) = await access.AskAsync(user, verb, NodeApi.Nodes, "proxy", node, http.RequestAborted);
        if (!allowed)
        {
            string why = $"User \"{user.Name}\" cannot {verb} resource \"nodes/proxy\" in API group \"{NodeApi.Group}\" at the cluster scope{(reason.Length > 0 ? $": {reason}" : "")}";
            throw new ApiStatusException(ApiStatus.Forbidden(NodeApi.Nodes, node, why));
        }
        RegisteredAgent agent = agents.Find(node) ?? throw new ApiStatusException(Absent(node));
        string token = await tokens.ForAsync(node, http.RequestAborted);
        ForwarderError error = await forwarder.SendAsync(http, agent.Prefix, agent.Invoker, Config, new AgentTransformer(trust, path, token));
        if (error is ForwarderError.None || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
            return;
        throw new ApiStatusException(ApiStatus.Unavailable(
            $"the agent of node {node} at {agent.Address} gave no answer ({error}): see 'kubectl -n {NodeApi.Namespace} get pods -o wide'"));
    }

    private static ApiStatus Absent(string node) => ApiStatus.Unavailable(
        $"node {node} has no agent that has registered with the hub: 'kubectl -n {NodeApi.Namespace} get pods -o wide' shows whether one runs there, 'kubectl get nodes' whether there is such a node");
}
