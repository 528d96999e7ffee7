// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Discovery;
using Pelago.Engine.Requests;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>A document at a fixed path or below one: /openapi/v2, /.well-known/openid-configuration. False: nothing is there.</summary>
internal delegate ValueTask<bool> PathHandler(HttpContext http, string path, CancellationToken cancel);

/// <summary>Paths that are no resources: version, health, metrics, discovery, and what else was registered by prefix.</summary>
internal sealed class NonResourceEndpoint(
    HealthChecks health, DiscoveryEndpoint discovery, Func<string> metrics, IReadOnlyDictionary<string, PathHandler> more)
{
    private readonly byte[] _paths = KubeJson.ToUtf8(new JsonObject
    {
        ["paths"] = new JsonArray(
            [.. new[] { "/api", "/apis", "/healthz", "/livez", "/metrics", "/readyz", "/version" }.Concat(more.Keys).Order(StringComparer.Ordinal).Select(path => JsonValue.Create(path))]),
    });

    public async Task HandleAsync(HttpContext http, RequestInfo info, RequestQuery query, CancellationToken cancel)
    {
        if (info.Verb is not "get" && IsRouted(info.Path))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        if (await TryHandleAsync(http, info.Path, query, cancel))
            return;
        if (discovery.IsBelowOwn(info.Path))
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        await ResponseWriter.WriteNoPageAsync(http, cancel);
    }

    /// <summary>
    /// Upstream has routes for GET alone to the version and to what lists resources; whoever answers another document does not ask for the method
    /// (apiserver pkg/server/handler.go, mux/pathrecorder.go).
    /// </summary>
    private bool IsRouted(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed == "/version" || (trimmed is "/api" or "/api/v1" || trimmed.AsSpan().Count('/') == 3) && discovery.Find(trimmed) is not null;
    }

    private async ValueTask<bool> TryHandleAsync(HttpContext http, string path, RequestQuery query, CancellationToken cancel)
    {
        switch (path)
        {
            case "/" or "/index.html":
                await ResponseWriter.WriteJsonAsync(http, 200, _paths, cancel);
                return true;
            case "/version" or "/version/":
                if (Accept.Parse(http.Request.Headers.Accept.ToString()).Choose(allowsShapes: false, allowsYaml: false) is null)
                    throw new ApiStatusException(Accept.NotAcceptable());
                await ResponseWriter.WriteJsonAsync(http, 200, ServerVersion.Document, cancel);
                return true;
            case "/metrics":
                await ResponseWriter.WriteTextAsync(http, 200, "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8.GetBytes(metrics()), cancel);
                return true;
        }

        if (HealthChecks.IsHealthPath(path))
            return await health.TryHandleAsync(http, path, query, cancel);
        foreach ((string prefix, PathHandler handler) in more)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
                return await handler(http, path, cancel);
        }

        return await discovery.TryHandleAsync(http, path, cancel);
    }
}
