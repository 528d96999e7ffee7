// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Agents;

/// <summary>
/// Tokens of the hub for agents, one for each node: what an agent is shown is of no use with another one. They live for ten minutes, the least that an
/// API server gives, and end with the hub's pod.
/// </summary>
internal sealed class AgentTokens(IKubeApi api, HubOptions options, TimeProvider time)
{
    private const int Seconds = 600;
    private static readonly TimeSpan UseFor = TimeSpan.FromMinutes(6);
    private readonly ConcurrentDictionary<string, (string Token, long At)> _tokens = new(StringComparer.Ordinal);

    public async Task<string> ForAsync(string node, CancellationToken cancel)
    {
        if (_tokens.TryGetValue(node, out (string Token, long At) known) && time.GetElapsedTime(known.At) < UseFor)
            return known.Token;
        long now = time.GetTimestamp();
        var path = new ResourcePath(new GroupVersionResource("", "v1", "serviceaccounts"), options.Namespace, NodeApi.Hub, "token");
        ApiResult answer = await api.CreateAsync(path, KubeJson.ToUtf8(Request(node)), WriteQuery.None, cancel);
        string token = KubeJson.ParseObject(answer.BodyOrThrow()).Object("status")?.String("token")
            ?? throw new ApiStatusException(ApiStatus.Internal($"the token for the agent of node {node} came without its text"));
        _tokens[node] = (token, now);
        return token;
    }

    private JsonObject Request(string node)
    {
        var spec = new JsonObject { ["audiences"] = new JsonArray(NodeApi.AgentAudience(node)), ["expirationSeconds"] = Seconds };
        if (options.Pod is { } pod)
            spec["boundObjectRef"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["name"] = pod.Name, ["uid"] = pod.Uid };
        return new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = spec };
    }
}
