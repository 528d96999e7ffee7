// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.History.Api;
using Pelago.History.Merging;
using Pelago.Hub.Agents;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub.Runs;

/// <summary>
/// history.pelago.dev of a real Kubernetes: what all agents keep, as one history, for users who may that. The API server has asked already what the user may;
/// it is asked again, for whoever reaches the hub past it.
/// </summary>
internal sealed class HistoryRoutes
{
    private const string Root = $"/apis/{HistoryApi.ApiVersion}/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly AgentRegistry _agents;
    private readonly AgentTokens _tokens;
    private readonly LinuxNodes _nodes;
    private readonly SilentAgents _silent;
    private readonly AccessReviews _access;
    private readonly HistoryEndpoint _endpoint;

    public HistoryRoutes(IKubeApi api, AgentRegistry agents, AgentTokens tokens, LinuxNodes nodes, AccessReviews access, TimeProvider time)
    {
        (_agents, _tokens, _nodes, _silent, _access) = (agents, tokens, nodes, new SilentAgents(time), access);
        _endpoint = new HistoryEndpoint(new MergedHistory(Parts, new PodEvents(api, time).OfAsync, Patience, time), Path.GetTempPath());
    }

    /// <summary>Null: the path is not about history, or it is for <see cref="HandleAsync"/>.</summary>
    public static JsonObject? DocumentAt(string path) => path.TrimEnd('/') switch
    {
        $"/apis/{HistoryApi.Group}" => Discovery.Group(HistoryApi.Group, HistoryApi.Version),
        $"/apis/{HistoryApi.ApiVersion}" => HistoryDiscovery.ResourceList,
        _ => null,
    };

    public static bool IsAt(string path) => path.StartsWith(Root, StringComparison.Ordinal);

    public async Task HandleAsync(HttpContext http, ReviewedUser user, string path)
    {
        if (HistoryPath.Read(http.Request.Method, path[Root.Length..]) is not { } asked)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        if (http.Request.Query["watch"].ToString() is "true" or "1")
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        var resource = new GroupResource(HistoryApi.Group, asked.Resource);
        (bool allowed, string reason) = await _access.AskAsync(user, asked.Verb, resource, asked.Subresource, asked.Namespace, asked.Name, http.RequestAborted);
        if (!allowed)
        {
            string what = asked.Subresource.Length > 0 ? $"{asked.Resource}/{asked.Subresource}" : asked.Resource;
            string where = asked.Namespace.Length > 0 ? $"in the namespace \"{asked.Namespace}\"" : "at the cluster scope";
            throw new ApiStatusException(ApiStatus.Forbidden(
                resource, asked.Name, $"User \"{user.Name}\" cannot {asked.Verb} resource \"{what}\" in API group \"{HistoryApi.Group}\" {where}{(reason.Length > 0 ? $": {reason}" : "")}"));
        }
        await _endpoint.HandleAsync(http, asked, http.RequestAborted);
    }

    private HistoryParts Parts()
    {
        if (!_nodes.AreKnown)
            throw new ApiStatusException(ApiStatus.Unavailable("the hub has just started and does not know yet which nodes there are", retryAfterSeconds: 1));
        IReadOnlyList<RegisteredAgent> agents = _agents.All;
        HashSet<string> known = [.. agents.Select(agent => agent.Node)];
        return new HistoryParts(
            [.. agents.Select(agent => new AgentPart(agent, _tokens, _silent))],
            [.. _nodes.All.Where(node => !known.Contains(node)).Select(node => $"what ended on node {node} is missing: it has no agent that has registered with the hub")]);
    }
}
