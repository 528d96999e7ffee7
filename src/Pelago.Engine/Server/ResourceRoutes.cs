// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>Which methods upstream has routes for, of kinds and subresources that are served (apiserver pkg/endpoints/installer.go).</summary>
internal static class ResourceRoutes
{
    /// <summary>
    /// Why a verb is not for such a path. Upstream has no routes for these: across namespaces there are only list and watch (a 404 for
    /// custom kinds), collections are not written, and an object is created in its collection, where no rule for a name allows it.
    /// </summary>
    public static ApiStatus? Misused(ResourceRequest request, string verb)
    {
        bool isCollection = request.Name.Length == 0;
        bool isEverywhere = request.Kind is { Namespaced: true, IsStored: true } && request.Namespace.Length == 0;
        if (isEverywhere && verb is not ("list" or "watch"))
            return request.Kind.IsCustom ? ApiStatus.NoSuchPath() : ApiStatus.MethodNotAllowed();
        if (isCollection && verb is ("update" or "patch"))
            return ApiStatus.MethodNotAllowed();
        return !isCollection && verb == "create" && request.Subresource.Length == 0 ? ApiStatus.MethodNotAllowed() : null;
    }

    /// <summary>What only answers a POST has no objects, and what of it is in a namespace is not asked without one.</summary>
    public static bool IsNowhere(ResourceRequest request) =>
        request.Subresource.Length == 0 && request.Kind is { IsStored: false, IsComputed: false }
        && (request.Name.Length > 0 || request.Kind.Namespaced && request.Namespace.Length == 0);

    /// <summary>
    /// Upstream's routes to built-in kinds are those of methods: there is none of HEAD, and paths of watches are for GET. Custom kinds are asked by verb,
    /// and there a HEAD is a GET (apiextensions-apiserver pkg/apiserver/customresource_handler.go).
    /// </summary>
    public static bool IsRouted(string method, ResourceRequest request, string verb) =>
        request.Kind.IsCustom || !request.Kind.IsStored || !HttpMethods.IsHead(method) && (verb != "watch" || HttpMethods.IsGet(method));

    /// <summary>
    /// No object has such a name (apiserver pkg/registry/generic/registry/store.go NamespaceKeyFunc). A slash that came escaped is left so in the path: upstream
    /// reads it as one, and then there is nothing.
    /// </summary>
    public static ApiStatus? Unnameable(ResourceRequest request, string verb) =>
        request.Kind.IsStored && verb is "get" or "update" or "patch" or "delete"
        && request.Name.Replace("%2F", "", StringComparison.OrdinalIgnoreCase).Contains('%', StringComparison.Ordinal)
            ? ApiStatus.BadRequest($"Name parameter invalid: {GoText.Quote(request.Name)}: may not contain '%'")
            : null;

    /// <summary>Why the methods of a stream are not for it. Behind a proxy there may be any path, and nearly every method; pods of node.pelago.dev see to it themselves.</summary>
    public static ApiStatus? Unconnected(string method, ResourceRequest request, RequestInfo info, IReadOnlyList<string> verbs)
    {
        if (request.Kind.Group.Length > 0)
            return null;
        if (request.Subresource == "proxy")
            return verbs.Contains(info.Verb) || HttpMethods.IsOptions(method) ? null : ApiStatus.MethodNotAllowed();
        if (info.Rest.Trim('/').Length > 0)
            return ApiStatus.NoSuchPath();
        return verbs.Contains(info.Verb) && !HttpMethods.IsHead(method) ? null : ApiStatus.MethodNotAllowed();
    }
}
