// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Net.Http.Headers;
using Pelago.Client;
using Pelago.History.Merging;
using Pelago.Hub.Agents;
using Pelago.Kube;

namespace Pelago.Hub.Runs;

/// <summary>The history of one node, at its agent.</summary>
internal sealed class AgentPart(RegisteredAgent agent, AgentTokens tokens, SilentAgents silent) : IHistoryPart
{
    public string Name => agent.Node;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string pathAndQuery, CancellationToken cancel)
    {
        if (silent.Why(agent) is { } known)
            throw new HttpRequestException(known);
        try
        {
            using var request = new HttpRequestMessage(method, $"{agent.Prefix}/{NodeApi.HistoryPath}{pathAndQuery}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.ForAsync(agent.Node, cancel));
            return await agent.Invoker.SendAsync(request, cancel);
        }
        catch (Exception fault) when (fault is ApiStatusException or ClusterUnreachableException)
        {
            throw new HttpRequestException($"the hub has no token for its agent: {fault.Message}", fault);
        }
        catch (HttpRequestException away)
        {
            silent.Note(agent, away.Message);
            throw;
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            // .NET calls it cancelled when a connection does not come about in time.
            string why = $"no connection to {agent.Address} came about";
            silent.Note(agent, why);
            throw new HttpRequestException(why, late);
        }
        catch (ObjectDisposedException gone)
        {
            throw new HttpRequestException("its agent has just started anew", gone);
        }
    }
}
