// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Hub.Catalogs;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Serving;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Page.Catalogs;

/// <summary>/api/catalog: the packages of the home's repositories, from what is kept of them; nothing is asked of any server.</summary>
internal sealed class CatalogEndpoint(CatalogCache? catalogs)
{
    public const string Path = "/api/catalog";

    public async Task HandleAsync(HttpContext http, PageSession session)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        string name = http.Request.Path.Value!.Length > Path.Length ? http.Request.Path.Value[(Path.Length + 1)..] : "";
        try
        {
            KnownCatalog known = (catalogs ?? throw new ApiStatusException(ApiStatus.NoSuchPath())).Current();
            JsonObject answer = name.Length == 0 ? All(known, session.Kind == SessionKind.Owner) : One(known.Catalog, name, http.Request.Query["version"].ToString());
            await HubAnswers.WriteAsync(http, answer);
        }
        catch (Exception fault) when (fault is RepositoryException or IOException)
        {
            throw new ApiStatusException(ApiStatus.Internal(fault.Message));
        }
    }

    /// <summary>Where repositories are is the owner's affair: an address may hold a password.</summary>
    private static JsonObject All(KnownCatalog known, bool isOwner) => new()
    {
        ["repositories"] = new JsonArray([.. known.Catalog.Repositories.Select(one => (JsonNode)new JsonObject
        {
            ["name"] = one.Entry.Name, ["uri"] = isOwner ? one.Entry.Uri : "", ["fetched"] = one.State.Fetched?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["fault"] = isOwner || one.State.Fault is null ? one.State.Fault : "it could not be fetched",
        })]),
        ["packages"] = new JsonArray([.. known.Catalog.Names().Select(name => (JsonNode)Entry(known, known.Catalog.Revisions(name)[0]))]),
    };

    private static JsonObject Entry(KnownCatalog known, CatalogPackage found) => new()
    {
        ["name"] = found.Name, ["version"] = found.Package.Version, ["description"] = found.Package.Description, ["tags"] = Texts(found.Package.Tags),
        ["selected"] = found.Package.Selected, ["framework"] = found.Package.Framework, ["repository"] = found.Repository.Name, ["icon"] = known.Icon(found),
    };

    private static JsonObject One(Catalog catalog, string name, string version)
    {
        IReadOnlyList<CatalogPackage> revisions = catalog.Revisions(name);
        CatalogPackage found = revisions.FirstOrDefault(revision => version.Length == 0 || revision.Package.Version == version)
            ?? throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"no repository has {name} {version}".TrimEnd() });
        PackageRevision revision = catalog.Read(found);
        var json = (JsonObject)revision.Package.DeepClone();
        json["repository"] = found.Repository.Name;
        json["icon"] = KnownCatalog.IconOf(revision);
        json["releaseVersion"] = revision.ReleaseVersion;
        json["versions"] = Texts(revisions.Select(one => one.Package.Version));
        if (revision.Config is { } config)
            json["config"] = config.DeepClone();
        // The page does not find out by itself what nobody is to read: two would not find the same.
        json["secrets"] = new JsonArray([.. SecretOptions.Paths(revision.Config).Select(path => (JsonNode)Texts(path))]);
        return json;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
