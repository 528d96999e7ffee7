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

/// <summary>
/// To the agent of a node, bodies streaming both ways, as long as they like: nodes/NODE/proxy/PATH for users who may that, and what it makes of logs and
/// files of a pod for users who may read the logs of the pod or run commands in it.
/// </summary>
internal sealed class AgentProxy(IKubeApi api, AgentRegistry agents, AgentTokens tokens, AccessReviews access, IHttpForwarder forwarder)
{
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");
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
        await ForwardAsync(http, trust, node, path);
    }

    /// <param name="http">The request.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="trust">What says so.</param>
    /// <param name="subresource">One of <see cref="TaskApi"/>.</param>
    /// <param name="ns">The namespace of the pod.</param>
    /// <param name="name">The pod.</param>
    /// <param name="rest">What follows, with its slash.</param>
    public async Task HandlePodAsync(HttpContext http, ReviewedUser user, FrontProxyTrust trust, string subresource, string ns, string name, string rest)
    {
        if (TaskApi.NodePath(subresource, ns, name, rest) is not { } path)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        (string right, string verb) = TaskApi.RightFor(subresource);
        (bool allowed, string reason) = await access.AskAsync(user, verb, Pods.GroupResource, right, ns, name, http.RequestAborted);
        if (!allowed)
        {
            string why = $"User \"{user.Name}\" cannot {verb} resource \"pods/{right}\" in API group \"\" in the namespace \"{ns}\"{(reason.Length > 0 ? $": {reason}" : "")}";
            throw new ApiStatusException(ApiStatus.Forbidden(Pods.GroupResource, name, why));
        }
        ApiResult answer = await api.GetAsync(new ResourcePath(Pods, ns, name), http.RequestAborted);
        string node = KubeObject.Parse(answer.BodyOrThrow()).Spec?.String("nodeName") ?? "";
        if (node.Length == 0)
            throw new ApiStatusException(ApiStatus.BadRequest($"pod {name} does not have a host assigned"));
        await ForwardAsync(http, trust, node, path[1..]);
    }

    private async Task ForwardAsync(HttpContext http, FrontProxyTrust trust, string node, string path)
    {
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
