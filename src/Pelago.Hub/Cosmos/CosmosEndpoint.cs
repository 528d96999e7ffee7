// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Hub.Catalogs;
using Pelago.Hub.Fleet;
using Pelago.Kube;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>The HTTP API of Cosmos, the package manager of DC/OS, for clients that speak it (docs/protocols/cosmos.md): over the home's repositories and the hub's cluster.</summary>
internal sealed class CosmosEndpoint : IDisposable
{
    private static readonly CosmosMediaType ErrorType = new("package.error", 1), CapabilitiesType = new("capabilities", 1);
    private static readonly string[] Capabilities = ["PACKAGE_MANAGEMENT"];
    private readonly CosmosUsers _users;
    private readonly ResourceProxy _resources;
    private readonly Dictionary<string, CosmosRoute> _routes;

    public CosmosEndpoint(CatalogCache catalogs, FleetRegistry fleet, TimeProvider time)
    {
        var packages = new CatalogAnswers(catalogs);
        var installs = new InstallAnswers(catalogs, packages, time);
        var repositories = new RepositoryAnswers(catalogs, time);
        var services = new ServiceAnswers(packages, time);
        (_users, _resources) = (new CosmosUsers(fleet, time), new ResourceProxy(catalogs));
        const string package = "packageName!:s packageVersion:s", managed = "managerId:s";
        var describe = new CosmosRoute("service.describe", [1], $"appId!:s packageName:s packageVersion:s {managed}", services.DescribeAsync);
        var update = new CosmosRoute("service.update", [1], $"appId!:s packageVersion:s options:o replace!:b packageName:s currentPackageVersion:s {managed}", services.UpdateAsync);
        _routes = new Dictionary<string, CosmosRoute>(StringComparer.Ordinal)
        {
            ["/package/search"] = new("package.search", [1], "query:s", packages.SearchAsync),
            ["/package/describe"] = new("package.describe", [2, 3], package, packages.DescribeAsync),
            ["/package/list-versions"] = new("package.list-versions", [1], "packageName!:s includePackageVersions!:b", packages.ListVersionsAsync),
            ["/package/render"] = new("package.render", [1], $"{package} options:o appId:s", packages.RenderAsync),
            ["/package/list"] = new("package.list", [1], "packageName:s appId:s", installs.ListAsync),
            ["/package/install"] = new("package.install", [1, 2], $"{package} options:o appId:s {managed}", installs.InstallAsync),
            ["/package/uninstall"] = new("package.uninstall", [1], $"{package} appId:s all:b {managed}", installs.UninstallAsync),
            ["/package/repository/list"] = new("package.repository.list", [1], "", repositories.ListAsync),
            ["/package/repository/add"] = new("package.repository.add", [1], "name!:s uri!:s index:i", repositories.AddAsync),
            ["/package/repository/delete"] = new("package.repository.delete", [1], "name:s uri:s", repositories.DeleteAsync),
            ["/service/describe"] = describe, ["/service/update"] = update,
            ["/cosmos/service/describe"] = describe, ["/cosmos/service/update"] = update, // where the gateway of DC/OS has them
        };
    }

    /// <summary>Whether a request is for this API; what it has not is told in its way, too.</summary>
    public static bool Owns(HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        return path is "/capabilities" or "/package/resource"
            || (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && (IsUnder(path, "/package/") || IsUnder(path, "/service/") || IsUnder(path, "/cosmos/")));
    }

    /// <summary>This server, as the request's sender calls it.</summary>
    public static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host.Value}";

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            await AnswerAsync(http);
        }
        catch (CosmosException refused)
        {
            await RefuseAsync(http, refused.Error);
        }
        catch (ApiStatusException refused)
        {
            await RefuseAsync(http, ErrorOf(refused.Status));
        }
        catch (ClusterUnreachableException away)
        {
            await RefuseAsync(http, CosmosErrors.ServiceUnavailable(away.Message).Error);
        }
        catch (Exception fault) when (fault is RepositoryException or IOException && !http.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(http, CosmosErrors.PackageFileNotJson("repositories", fault.Message).Error with { Status = 500 });
        }
    }

    public void Dispose() => _resources.Dispose();

    private async Task AnswerAsync(HttpContext http)
    {
        CancellationToken cancel = http.RequestAborted;
        string path = http.Request.Path.Value!;
        bool reads = path is "/capabilities" or "/package/resource";
        if (reads ? !HttpMethods.IsGet(http.Request.Method) : !HttpMethods.IsPost(http.Request.Method))
            throw new CosmosException(new CosmosError("unhandled_exception", $"{path} takes {(reads ? "GET" : "POST")}", null, 405));
        using HttpKubeApi user = await _users.FindAsync(http.Request, cancel);
        if (path == "/package/resource")
        {
            await _resources.AnswerAsync(http, cancel);
        }
        else if (path == "/capabilities")
        {
            string accept = http.Request.Headers.Accept.ToString();
            if (CosmosMediaType.Choose(accept, [CapabilitiesType]) is null)
                throw CosmosErrors.Together([accept.Length == 0 ? CosmosErrors.NotPresent("header 'Accept'") : CosmosErrors.NotValid("header 'Accept'", $"it should take {CapabilitiesType}")]);
            await WriteAsync(http, CapabilitiesType, new JsonObject { ["capabilities"] = new JsonArray([.. Capabilities.Select(name => (JsonNode)new JsonObject { ["name"] = name })]) });
        }
        else
        {
            CosmosRoute route = _routes.GetValueOrDefault(path) ?? throw new CosmosException(new CosmosError("unhandled_exception", $"there is no {path}", null, 404));
            (JsonObject body, CosmosMediaType answer) = await route.ReadAsync(http.Request, cancel);
            await WriteAsync(http, answer, await route.Handle(new CosmosCall(http, user, body, answer)));
        }
    }

    private static bool IsUnder(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal);

    /// <summary>What the cluster says, in the words of Cosmos.</summary>
    private static CosmosError ErrorOf(ApiStatus status) => (status.Code switch
    {
        401 => CosmosErrors.Unauthorized(status.Message),
        403 => CosmosErrors.Forbidden(status.Message),
        404 when status.Name is null => CosmosErrors.ServiceUnavailable($"the hub's cluster does not serve installations yet: {status.Message}"),
        409 => CosmosErrors.ConcurrentAccess(),
        429 or 503 or 504 => CosmosErrors.ServiceUnavailable(status.Message),
        >= 500 => CosmosErrors.MarathonGenericError(status.Code, status.Message),
        _ => CosmosErrors.MarathonBadResponse(status.Message),
    }).Error;

    private static async Task RefuseAsync(HttpContext http, CosmosError error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = error.Status;
        http.Response.Headers.CacheControl = "no-store";
        if (error.Challenge is not null)
            http.Response.Headers.WWWAuthenticate = error.Challenge;
        await WriteAsync(http, ErrorType, error.ToJson());
    }

    private static async Task WriteAsync(HttpContext http, CosmosMediaType type, JsonObject answer)
    {
        byte[] body = KubeJson.ToUtf8(answer);
        http.Response.ContentType = type.ToString();
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
