// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Packages.Options;
using Pelago.Packages.Rendering;

namespace Pelago.Hub.Cosmos;

/// <summary>The types of errors of Cosmos that can happen here; docs/protocols/cosmos.md says of each of the others why it cannot.</summary>
internal static class CosmosErrors
{
    /// <summary>What asks the cluster is named so in errors that name a service.</summary>
    private const string Service = "kubernetes";

    public static CosmosException AmbiguousAppId(string package, IReadOnlyList<string> ids) => Of(
        "AmbiguousAppId", $"{package} is installed several times ({string.Join(", ", ids)}): say which one with appId, or all", Pairs(("packageName", package), ("appIds", Texts(ids))));

    public static CosmosException AppIdChanged(string now, string before) => Of("AppIdChanged", $"with these options the service would be {now}, and not {before}", Pairs(("newAppId", now), ("oldAppId", before)));

    public static CosmosException ConcurrentAccess() => Of("ConcurrentAccess", "somebody else changed it at the same time: try again");

    public static CosmosException ConversionFromPackageToV2DescribeResponse() =>
        Of("ConversionFromPackageToV2DescribeResponse", "this package says what version 2 of this answer has no words for: accept version 3");

    public static CosmosException CustomPackageManagerNotFound(string manager) =>
        Of("CustomPackageManagerNotFound", $"no package manager {manager} is installed; packages that need one of their own are not installed here", Pairs(("managerId", manager)));

    public static CosmosException EndpointUriConnection(string uri, string cause) => Of("EndpointUriConnection", $"{uri} could not be read: {cause}", Pairs(("destination", uri), ("cause", cause)), 502);

    public static CosmosException EndpointUriSyntax(string uri, string cause) => Of("EndpointUriSyntax", $"{uri} is no address: {cause}", Pairs(("destination", uri), ("cause", cause)));

    public static CosmosException Forbidden(string why, string? destination = null, string service = Service) =>
        Of("Forbidden", why, Pairs(("serviceName", service), ("destination", destination), ("status", 403)), 403);

    public static CosmosException GenericHttpError(string uri, int clientStatus, string why, int status = 400) =>
        Of("GenericHttpError", $"{uri}: {why}", Pairs(("method", "GET"), ("uri", uri), ("clientStatus", clientStatus), ("status", status)), status);

    public static CosmosException JsonSchemaMismatch(IReadOnlyList<OptionFault> faults) => Of(
        "JsonSchemaMismatch", $"the options do not fit the package's schema: {string.Join("; ", faults.Take(3))}",
        Pairs(("errors", new JsonArray([.. faults.Select(fault => (JsonNode)Pairs(
            ("level", "error"), ("domain", "validation"), ("keyword", fault.Fault.Rule), ("message", fault.ToString()), ("instance", Pairs(("pointer", fault.Fault.Pointer))),
            ("expected", fault.Fault.Expected), ("found", fault.Fault.Found)))]))));

    public static CosmosException MarathonAppNotFound(string appId) => Of("MarathonAppNotFound", $"there is no service {appId}", Pairs(("appId", appId)));

    public static CosmosException MarathonBadResponse(string why, params IEnumerable<string> details) =>
        Of("MarathonBadResponse", why, details.Any() ? Pairs(("errors", Texts(details))) : null);

    public static CosmosException MarathonGenericError(int answered, string why) => Of("MarathonGenericError", why, Pairs(("marathonStatus", answered), ("status", 500)), 500);

    public static CosmosException OptionsNotAllowed() => Of("OptionsNotAllowed", "this package takes no options");

    public static CosmosException PackageAlreadyInstalled() => Of("PackageAlreadyInstalled", "it is installed already: give this one another appId", null, 409);

    public static CosmosException PackageFileNotJson(string file, string why) => Of("PackageFileNotJson", $"{file}: {why}", Pairs(("fileName", file), ("parseError", why)));

    public static CosmosException PackageNotFound(string package, string? why = null) => Of("PackageNotFound", why ?? $"no repository has a package {package}", Pairs(("packageName", package)));

    public static CosmosException PackageNotInstalled(string package) => Of("PackageNotInstalled", $"{package} is not installed", Pairs(("packageName", package)));

    public static CosmosException RepoNameOrUriMissing() => Of("RepoNameOrUriMissing", "say which repository by its name or its uri");

    public static CosmosException RepositoryAddIndexOutOfBounds(long attempted, int most) =>
        Of("RepositoryAddIndexOutOfBounds", most == 0 ? $"index {attempted} is not 0" : $"index {attempted} is not between 0 and {most}", Pairs(("attempted", attempted), ("max", most)));

    public static CosmosException RepositoryAlreadyPresent(string? name, string? uri) =>
        Of("RepositoryAlreadyPresent", $"there is a repository already with this {(name is null ? $"uri, {uri}" : uri is null ? $"name, {name}" : $"name, {name}, and this uri, {uri}")}", Pairs(("name", name), ("uri", uri)));

    public static CosmosException RepositoryNotPresent(string? name, string? uri) =>
        Of("RepositoryNotPresent", $"there is no repository {string.Join(" at ", new[] { name, uri }.OfType<string>())}", Pairs(("name", name), ("uri", uri)));

    public static CosmosException RepositoryUriConnection(string name, string uri, string cause) =>
        Of("RepositoryUriConnection", $"repository {name} could not be read from {uri}: {cause}", Pairs(("repository", Pairs(("name", name), ("uri", uri))), ("cause", cause)));

    public static CosmosException RepositoryUriSyntax(string name, string uri, string cause) =>
        Of("RepositoryUriSyntax", $"the uri of repository {name} is none: {cause}", Pairs(("repository", Pairs(("name", name), ("uri", uri))), ("cause", cause)));

    public static CosmosException ServiceMarathonTemplateNotFound(string package, string version) =>
        Of("ServiceMarathonTemplateNotFound", $"{package} {version} has no template: there is nothing of it to run", Pairs(("packageName", package), ("packageVersion", version)));

    public static CosmosException ServiceUnavailable(string why) => Of("ServiceUnavailable", why, Pairs(("serviceName", Service), ("status", 503)), 503);

    public static CosmosException TimeoutError(string operation, string destination, int seconds) =>
        Of("TimeoutError", $"{operation}: no answer from {destination} within {seconds} s", Pairs(("operation", operation), ("destination", destination), ("timeout", $"{seconds} seconds")));

    public static CosmosException Unauthorized(string why) =>
        new(new CosmosError("Unauthorized", why, Pairs(("serviceName", Service), ("realm", "pelago"), ("status", 401)), 401) { Challenge = "Bearer realm=\"pelago\"" });

    public static CosmosException UninstallNonExistentAppForPackage(string package, string appId) =>
        Of("UninstallNonExistentAppForPackage", $"no service {appId} is of package {package}", Pairs(("packageName", package), ("appId", appId)));

    public static CosmosException UniverseClientHttpError(string name, string uri, int clientStatus) => Of(
        "UniverseClientHttpError", $"repository {name} at {uri} answered {clientStatus}",
        Pairs(("packageRepository", Pairs(("name", name), ("uri", uri))), ("method", "GET"), ("clientStatus", clientStatus), ("status", 400)));

    public static CosmosException UnsupportedRepositoryUri(string uri) => Of("UnsupportedRepositoryUri", $"{uri} is neither http nor https", Pairs(("uri", uri)));

    public static CosmosException VersionNotFound(string package, string version, string? why = null) =>
        Of("VersionNotFound", why ?? $"no repository has {package} {version}", Pairs(("packageName", package), ("packageVersion", version)));

    /// <summary>The name is of the open Cosmos, which refused every change of version; here it is one that the packages' authors do not allow.</summary>
    public static CosmosException VersionUpgradeNotSupportedInOpen(string requested, string actual, string why) =>
        Of("VersionUpgradeNotSupportedInOpen", why, Pairs(("requested", requested), ("actual", actual)));

    /// <summary>Why a package was not rendered.</summary>
    public static CosmosException Render(RenderedPackage rendered, string package, string version) => rendered.Refusal switch
    {
        RenderRefusal.TakesNoOptions => OptionsNotAllowed(),
        RenderRefusal.OptionsDoNotFit => JsonSchemaMismatch(rendered.OptionFaults),
        RenderRefusal.NoTemplate => ServiceMarathonTemplateNotFound(package, version),
        RenderRefusal.NoObject => Of("MarathonTemplateMustBeJsonObject", rendered.Faults[0]),
        _ => Of("JsonParsingError", rendered.Faults[0], Pairs(("underlyingType", "JsonObject"), ("parsingErrorMessage", rendered.Faults[0]), ("parsingInput", ""))),
    };

    public static CosmosError NotPresent(string item) => new("not_present", $"Item {item} not present but required");

    public static CosmosError NotParsed(string item, string why) => new("not_parsed", $"Item '{item}' unable to be parsed: {why}");

    public static CosmosError NotValid(string item, string why) => new("not_valid", $"Item {item} deemed invalid by rule: {why}");

    /// <summary>One as it is; several as the list of them.</summary>
    public static CosmosException Together(IReadOnlyList<CosmosError> errors) => new(errors.Count == 1
        ? errors[0]
        : new CosmosError("multiple_errors", "several things are wrong with this request", Pairs(("errors", new JsonArray([.. errors.Select(error => (JsonNode)error.ToJson())])))));

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static CosmosException Of(string type, string message, JsonObject? data = null, int status = 400) => new(new CosmosError(type, message, data, status));

    /// <summary>What is null is left out.</summary>
    private static JsonObject Pairs(params ReadOnlySpan<(string Name, JsonNode? Value)> pairs)
    {
        var json = new JsonObject();
        foreach ((string name, JsonNode? value) in pairs)
        {
            if (value is not null)
                json[name] = value;
        }

        return json;
    }
}
