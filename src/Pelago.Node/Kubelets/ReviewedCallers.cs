// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Serving;

namespace Pelago.Node.Kubelets;

/// <summary>
/// Whoever shows a token that is meant for the agent of this node, and may the node's proxy: the cluster is asked about both, as a kubelet asks. What it
/// allowed is remembered for half a minute.
/// </summary>
internal sealed class ReviewedCallers(TokenReviews tokens, AccessReviews access, string node, TimeProvider time) : INodeCallers
{
    private const int MostKnown = 1000;
    private const int MostToken = 16 * 1024;
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, long> _allowed = new(StringComparer.Ordinal);

    /// <summary>Certificates say nothing here.</summary>
    public bool Takes(X509Certificate2 certificate) => true;

    public async Task CheckAsync(HttpContext http)
    {
        if (http.Request.Path == "/healthz")
            return;
        const string Scheme = "Bearer ";
        string authorization = http.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > MostToken)
            throw new ApiStatusException(ApiStatus.Unauthorized());
        string token = authorization[Scheme.Length..].Trim(), verb = NodeApi.VerbOf(http.Request.Method);
        string key = $"{verb} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";
        if (_allowed.TryGetValue(key, out long at) && time.GetElapsedTime(at) < Remembered)
            return;
        try
        {
            await AskAsync(token, verb, http.RequestAborted);
        }
        catch (ClusterUnreachableException away)
        {
            throw new ApiStatusException(ApiStatus.Unavailable($"the agent of node {node} cannot ask the cluster who calls: {away.Message}"));
        }
        if (_allowed.Count > MostKnown)
            _allowed.Clear();
        _allowed[key] = time.GetTimestamp();
    }

    private async Task AskAsync(string token, string verb, CancellationToken cancel)
    {
        ReviewedUser user = await tokens.WhoseAsync(token, NodeApi.AgentAudience(node), cancel) ?? throw new ApiStatusException(ApiStatus.Unauthorized());
        (bool allowed, string reason) = await access.AskAsync(user, verb, NodeApi.Nodes, "proxy", node, cancel);
        if (!allowed)
            throw new ApiStatusException(ApiStatus.Forbidden(NodeApi.Nodes, node, $"User \"{user.Name}\" cannot {verb} nodes/proxy{(reason.Length > 0 ? $": {reason}" : "")}"));
    }
}
