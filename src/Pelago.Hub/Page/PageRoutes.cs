// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Hub.Cosmos;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Page.Catalogs;
using Pelago.Hub.Page.Files;
using Pelago.Hub.Page.Installing;
using Pelago.Hub.Page.Proxying;
using Pelago.Hub.Page.Streams;
using Pelago.Hub.Serving;
using Pelago.Kube;

namespace Pelago.Hub.Page;

/// <summary>What the page's server answers where (docs/protocols/page.md): first where a request comes from, then whose it is, then what it wants.</summary>
internal sealed class PageRoutes(
    PageOptions options, OriginRules origins, SessionStore sessions, LoginEndpoint login, StreamEndpoint streams, ClusterProxy proxy, CatalogEndpoint catalog,
    InstallEndpoint installing, CosmosEndpoint? cosmos, PageFiles files)
{
    private const string Api = "/api";

    public async Task HandleAsync(HttpContext http)
    {
        SecurityHeaders.Promise(http);
        HttpRequest request = http.Request;
        origins.TakeScheme(request);
        string path = request.Path.Value ?? "/";
        bool isApi = path == Api || path.StartsWith(Api + "/", StringComparison.Ordinal);
        bool readsStream = isApi && StreamEndpoint.IsReading(request);
        bool isCosmos = !isApi && cosmos is not null && CosmosEndpoint.Owns(request);
        if (origins.Objection(request, readsStream, isDocument: !isApi && !isCosmos) is { } objection)
            throw new ApiStatusException(OriginRules.Refused(objection));
        if (isCosmos)
            await cosmos!.HandleAsync(http);
        else if (!isApi)
            await files.ServeAsync(http);
        else if (readsStream)
            await streams.ReadAsync(http);
        else
            await ApiAsync(http, path);
    }

    private async Task ApiAsync(HttpContext http, string path)
    {
        http.Response.Headers.CacheControl = "no-store";
        switch (path)
        {
            case "/api/info":
                Require(http, HttpMethods.Get);
                await HubAnswers.WriteAsync(http, new JsonObject { ["name"] = "pelago", ["version"] = options.Version, ["loginCommand"] = options.LoginCommand });
                return;
            case "/api/login":
                Require(http, HttpMethods.Post);
                await login.LoginAsync(http);
                return;
        }
        PageSession session = sessions.Find(http.Request) ?? throw new ApiStatusException(ApiStatus.Unauthorized() with
        {
            Message = $"there is no session, or it is over: '{options.LoginCommand}' prints a link that begins one",
        });
        RefuseForged(http.Request, session);
        if (path.StartsWith(ClusterProxy.Prefix, StringComparison.Ordinal))
            await proxy.HandleAsync(http, session);
        else if (path == CatalogEndpoint.Path || path.StartsWith(CatalogEndpoint.Path + "/", StringComparison.Ordinal))
            await catalog.HandleAsync(http, session);
        else if (path == InstallEndpoint.Path || path.StartsWith(InstallEndpoint.Path + "/", StringComparison.Ordinal))
            await installing.HandleAsync(http, session);
        else if (path == StreamEndpoint.Path || path.StartsWith(StreamEndpoint.Path + "/", StringComparison.Ordinal))
            await streams.HandleAsync(http, session);
        else
            await SessionAsync(http, path, session);
    }

    private async Task SessionAsync(HttpContext http, string path, PageSession session)
    {
        switch (path)
        {
            case "/api/session":
                Require(http, HttpMethods.Get);
                await HubAnswers.WriteAsync(http, session.ToJson(options.Version));
                return;
            case "/api/session/tokens":
                Require(http, HttpMethods.Post);
                await login.AddTokenAsync(http, session);
                return;
            case "/api/logout":
                Require(http, HttpMethods.Post);
                sessions.End(http, session);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            case "/api/clusters":
                Require(http, HttpMethods.Get);
                await HubAnswers.WriteAsync(http, new JsonObject { ["items"] = FleetDocument.Items(session) });
                return;
        }
        throw new ApiStatusException(ApiStatus.NoSuchPath());
    }

    private static void Require(HttpContext http, string method)
    {
        if (!http.Request.Method.Equals(method, StringComparison.Ordinal))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
    }

    /// <summary>The cookie comes with whatever request a browser makes; what changes something must show what only this page's scripts know.</summary>
    private static void RefuseForged(HttpRequest request, PageSession session)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return;
        if (!Secrets.AreEqual(request.Headers[SessionStore.CsrfHeader].ToString(), session.Csrf))
            throw new ApiStatusException(OriginRules.Refused($"a request that changes something shows the session's token in {SessionStore.CsrfHeader}; GET /api/session says it"));
    }
}
