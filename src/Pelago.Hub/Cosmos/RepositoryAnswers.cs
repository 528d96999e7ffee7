// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Hub.Catalogs;
using Pelago.Kube;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Cosmos;

/// <summary>/package/repository: the home's list of repositories, for those whom the hub's cluster lets.</summary>
internal sealed class RepositoryAnswers(CatalogCache catalogs, TimeProvider time)
{
    public async Task<JsonObject> ListAsync(CosmosCall call)
    {
        await CosmosUsers.RequireAsync(call, "list");
        return All();
    }

    public async Task<JsonObject> AddAsync(CosmosCall call)
    {
        await CosmosUsers.RequireAsync(call, "create");
        string name = call.Required("name"), uri = call.Required("uri");
        if (!Uri.TryCreate(uri, UriKind.Absolute, out _))
            throw CosmosErrors.RepositoryUriSyntax(name, uri, "it is not absolute");
        if (!RepositoryEntry.IsHttp(uri))
            throw CosmosErrors.UnsupportedRepositoryUri(uri);
        if (!RepositoryEntry.IsName(name))
            throw CosmosErrors.Together([CosmosErrors.NotParsed("body", "name should begin with a letter or a digit and have at most 64 characters of ASCII, no slashes")]);
        IReadOnlyList<RepositoryEntry> known = catalogs.Store.Repositories();
        bool sameName = known.Any(one => one.Name == name), sameUri = known.Any(one => one.Uri == uri);
        if (sameName || sameUri)
            throw CosmosErrors.RepositoryAlreadyPresent(sameName ? name : null, sameUri ? uri : null);
        long? index = call.Body.Integer("index");
        if (index is < 0 || index > known.Count)
            throw CosmosErrors.RepositoryAddIndexOutOfBounds(index.Value, known.Count);
        try
        {
            using var updater = new RepositoryUpdater(catalogs.Store, RepositoryLimits.Default, time);
            await updater.AddAsync(new RepositoryEntry(name, uri, null), (int?)index, call.Cancel);
        }
        catch (RepositoryException fault) when (fault.HttpStatus is { } status)
        {
            throw CosmosErrors.UniverseClientHttpError(name, uri, status);
        }
        catch (RepositoryException fault)
        {
            throw CosmosErrors.RepositoryUriConnection(name, uri, fault.Message);
        }

        return All();
    }

    public async Task<JsonObject> DeleteAsync(CosmosCall call)
    {
        await CosmosUsers.RequireAsync(call, "delete");
        string? name = call.Text("name"), uri = call.Text("uri");
        if (name is null && uri is null)
            throw CosmosErrors.RepoNameOrUriMissing();
        RepositoryEntry found = catalogs.Store.Repositories().FirstOrDefault(one => (name is null || one.Name == name) && (uri is null || one.Uri == uri))
            ?? throw CosmosErrors.RepositoryNotPresent(name, uri);
        if (!catalogs.Store.Remove(found.Name))
            throw CosmosErrors.RepositoryNotPresent(name, uri);
        return All();
    }

    private JsonObject All() => new()
    {
        ["repositories"] = new JsonArray([.. catalogs.Store.Repositories().Select(entry => (JsonNode)new JsonObject { ["name"] = entry.Name, ["uri"] = entry.Uri })]),
    };
}
