// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Hub.Catalogs;
using Pelago.Packages.Format;
using Pelago.Packages.Rendering;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>What is asked of the catalogue alone: /package/search, describe, list-versions and render.</summary>
internal sealed class CatalogAnswers(CatalogCache catalogs)
{
    public Task<JsonObject> SearchAsync(CosmosCall call)
    {
        KnownCatalog known = catalogs.Current();
        var query = new CosmosQuery(call.Text("query"));
        IEnumerable<CatalogPackage> found = known.Catalog.Names().Select(name => known.Catalog.Revisions(name)[0]).Where(package => query.Fits(package.Package))
            .OrderByDescending(package => package.Package.Selected).ThenBy(package => package.Name, StringComparer.Ordinal);
        string origin = CosmosEndpoint.OriginOf(call.Http.Request);
        return Task.FromResult(new JsonObject { ["packages"] = new JsonArray([.. found.Select(package => (JsonNode)Result(known, package, origin))]) });
    }

    public Task<JsonObject> DescribeAsync(CosmosCall call)
    {
        (_, PackageRevision revision) = Find(call);
        string origin = CosmosEndpoint.OriginOf(call.Http.Request);
        return Task.FromResult(call.Answer.Version == 2 ? PackageDocuments.Version2(revision, origin) : new JsonObject { ["package"] = PackageDocuments.Whole(revision, origin) });
    }

    /// <summary>Releases are texts here and numbers in a search, as clients of Cosmos have it.</summary>
    public Task<JsonObject> ListVersionsAsync(CosmosCall call)
    {
        string name = call.Required("packageName");
        IReadOnlyList<CatalogPackage> revisions = catalogs.Current().Catalog.Revisions(name);
        if (revisions.Count == 0)
            throw NotFound(name);
        var results = new JsonObject();
        foreach (CatalogPackage one in revisions)
            results.TryAdd(one.Package.Version, $"{one.Package.ReleaseVersion}");
        return Task.FromResult(new JsonObject { ["results"] = results });
    }

    public Task<JsonObject> RenderAsync(CosmosCall call)
    {
        (CatalogPackage found, PackageRevision revision) = Find(call);
        string? appId = call.Text("appId") is { } given ? AppIds.Normal(given) : null;
        JsonObject options = call.Options;
        // Templates of Marathon print an id of their own; those of Kubernetes are told a name.
        AppIds.TryPlace(appId ?? $"/{revision.Name}", out string ns, out string name);
        RenderedPackage rendered = PackageRenderer.Render(revision, new RenderRequest { Options = options, AppId = revision.MarathonTemplate is null ? name : appId, Namespace = ns });
        if (rendered.Refusal != RenderRefusal.None)
            throw CosmosErrors.Render(rendered, revision.Name, revision.Version);
        return Task.FromResult(new JsonObject { ["marathonJson"] = PackageDocuments.Decorated(revision, rendered, options, SourceOf(found.Repository), appId ?? $"/{revision.Name}") });
    }

    /// <summary>The revision that a request names with <c>packageName</c> and <c>packageVersion</c>.</summary>
    public (CatalogPackage Found, PackageRevision Revision) Find(CosmosCall call)
    {
        Catalog catalog = catalogs.Current().Catalog;
        string name = call.Required("packageName");
        string? version = call.Text("packageVersion");
        IReadOnlyList<CatalogPackage> revisions = catalog.Revisions(name);
        if (revisions.Count == 0)
            throw NotFound(name);
        CatalogPackage found = revisions.FirstOrDefault(one => version is null || one.Package.Version == version)
            ?? throw CosmosErrors.VersionNotFound(name, version!, catalog.Hidden(name).FirstOrDefault(one => one.Package.Version == version)?.Hidden is { } why ? $"{name} {version} is not offered: {why}" : null);
        return (found, catalog.Read(found));
    }

    /// <summary>A revision by name and version; null when no repository has it any more.</summary>
    public PackageRevision? TryFind(string name, string version)
    {
        Catalog catalog = catalogs.Current().Catalog;
        CatalogPackage? found = catalog.Revisions(name).Concat(catalog.Hidden(name)).FirstOrDefault(one => one.Package.Version == version);
        return found is null ? null : catalog.TryRead(found);
    }

    /// <summary>The revisions of a package that are offered.</summary>
    public IEnumerable<PackageRevision> Revisions(string name)
    {
        Catalog catalog = catalogs.Current().Catalog;
        return catalog.Revisions(name).Select(catalog.Read);
    }

    /// <summary>Where a package is from, for whoever may not see where repositories are: no password, and no folder of this machine.</summary>
    private static string SourceOf(RepositoryEntry repository) => RepositoryEntry.IsHttp(repository.Uri)
        ? new Uri(repository.Uri).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        : repository.Name;

    private CosmosException NotFound(string name) =>
        CosmosErrors.PackageNotFound(name, catalogs.Current().Catalog.Hidden(name) is [{ Hidden: { } why }, ..] ? $"{name} is not offered: {why}" : null);

    private static JsonObject Result(KnownCatalog known, CatalogPackage package, string origin)
    {
        var versions = new JsonObject();
        foreach (CatalogPackage one in known.Catalog.Revisions(package.Name))
            versions.TryAdd(one.Package.Version, one.Package.ReleaseVersion);
        var result = new JsonObject
        {
            ["name"] = package.Name, ["currentVersion"] = package.Package.Version, ["versions"] = versions, ["description"] = package.Package.Description,
            ["framework"] = package.Package.Framework, ["tags"] = CosmosErrors.Texts(package.Package.Tags), ["selected"] = package.Package.Selected,
        };
        if (known.Images(package) is { } images)
        {
            var resource = new JsonObject { ["images"] = images };
            ResourceAddresses.Lead(resource, origin);
            resource.Remove("images");
            result["images"] = images;
        }

        return result;
    }
}
