// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pelago.Client;
using Pelago.Hub.Agents;
using Pelago.Hub.FrontProxies;
using Pelago.Hub.Runs;
using Pelago.Kube;

namespace Pelago.Hub.Serving;

/// <summary>What is served where, and to whom: the aggregated API to users whom the front proxy names, registration to agents, health to anybody.</summary>
internal sealed class HubRoutes(
    FrontProxySettings proxies, RegistrationEndpoint registration, AgentRegistry agents, AccessReviews access, AgentProxy proxy, HistoryRoutes history, Func<bool> isReady)
{
    private const string Namespaces = $"/apis/{NodeApi.ApiVersion}/namespaces/";
    private static readonly string Nodes = $"/apis/{NodeApi.ApiVersion}/nodes";

    public async Task HandleAsync(HttpContext http)
    {
        // The path as it came: what is escaped in it is the agent's to read.
        string path = http.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        switch (path)
        {
            case "/healthz" or "/livez":
                await http.Response.WriteAsync("ok", http.RequestAborted);
                return;
            case "/readyz":
                http.Response.StatusCode = isReady() ? 200 : 503;
                await http.Response.WriteAsync(isReady() ? "ok" : "the API server does not know this hub yet, or it has not said yet which nodes there are", http.RequestAborted);
                return;
            case "/agents" when HttpMethods.IsPost(http.Request.Method):
                await registration.HandleAsync(http);
                return;
        }
        FrontProxyTrust trust = proxies.Current ?? throw new ApiStatusException(ApiStatus.Unavailable("the hub does not know yet whom to believe"));
        ReviewedUser user = trust.UserOf(http.Connection.ClientCertificate, http.Request.Headers) ?? throw new ApiStatusException(ApiStatus.Unauthorized());
        if (DocumentAt(path) is { } document)
            await HubAnswers.WriteAsync(http, document);
        else if (HistoryRoutes.IsAt(path))
            await history.HandleAsync(http, user, path);
        else if (path == Nodes || path.StartsWith(Nodes + "/", StringComparison.Ordinal))
            await NodesAsync(http, user, trust, path.Length > Nodes.Length ? path[(Nodes.Length + 1)..].Split('/', 3) : []);
        else if (path.StartsWith(Namespaces, StringComparison.Ordinal) && HttpMethods.IsGet(http.Request.Method))
            await PodAsync(http, user, trust, path[Namespaces.Length..].Split('/', 5));
        else
            throw new ApiStatusException(ApiStatus.NoSuchPath());
    }

    private Task PodAsync(HttpContext http, ReviewedUser user, FrontProxyTrust trust, string[] parts) =>
        parts is [var ns, "pods", var pod, var subresource, var rest]
            ? proxy.HandlePodAsync(http, user, trust, subresource, Uri.UnescapeDataString(ns), Uri.UnescapeDataString(pod), "/" + rest)
            : throw new ApiStatusException(ApiStatus.NoSuchPath());

    private static JsonObject? DocumentAt(string path) => path.TrimEnd('/') switch
    {
        "/apis" => Discovery.Groups,
        $"/apis/{NodeApi.Group}" => Discovery.Group(NodeApi.Group, NodeApi.Version),
        $"/apis/{NodeApi.ApiVersion}" => Discovery.Resources,
        _ => HistoryRoutes.DocumentAt(path),
    };

    private async Task NodesAsync(HttpContext http, ReviewedUser user, FrontProxyTrust trust, string[] parts)
    {
        if (parts is [var name, "proxy", ..])
        {
            await proxy.HandleAsync(http, user, trust, Uri.UnescapeDataString(name), parts.Length > 2 ? parts[2] : "");
            return;
        }
        if (!HttpMethods.IsGet(http.Request.Method))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        string node = parts is [{ Length: > 0 } only] ? Uri.UnescapeDataString(only) : "";
        if (parts.Length > 1)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        string verb = node.Length > 0 ? "get" : "list";
        if (!(await access.AskAsync(user, verb, NodeApi.Nodes, "", node, http.RequestAborted)).Allowed)
            throw new ApiStatusException(ApiStatus.Forbidden(NodeApi.Nodes, node, $"User \"{user.Name}\" cannot {verb} resource \"nodes\" in API group \"{NodeApi.Group}\" at the cluster scope"));
        await HubAnswers.WriteAsync(http, node.Length == 0
            ? Discovery.List(agents.All)
            : Discovery.Item(agents.Find(node) ?? throw new ApiStatusException(ApiStatus.NotFound(NodeApi.Nodes, node))));
    }
}
