// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Engine.Authorization;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Engine.Resources;
using Pelago.Engine.Tables;
using Pelago.Engine.Watch;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>Requests for resources: finds the kind, reads options and body, calls the verb, writes the answer in the form that was asked for.</summary>
internal sealed class ResourceEndpoint(
    ResourceRegistry registry, ResourceService service, HandlerTable handlers, WatchWriter watches, IAuthorizer authorizer,
    TimeProvider time)
{
    /// <summary>Whether such a resource, with such a subresource, is one of this server's own.</summary>
    public bool Serves(RequestInfo info) => registry.Current.Find(info.Resource) is { } kind && (info.Subresource.Length == 0 || kind.Subresources.Any(subresource => subresource.Name == info.Subresource));

    public async Task HandleAsync(HttpContext http, RequestInfo info, RequestQuery query, UserInfo user, CancellationToken cancel)
    {
        ResourceKind? kind = registry.Current.Find(info.Resource);
        if (kind is null && !registry.Current.IsBuiltIn(info.Resource.Group))
        {
            await ResponseWriter.WriteNoPageAsync(http, cancel);
            return;
        }

        ResourceRequest request = Resolve(info, user, kind);
        if (request.Version.DeprecationWarning is { } warning)
            request.Warnings.Add(warning);
        IReadOnlyList<string> verbs = VerbsOf(request, out bool isConnect);
        if (isConnect)
        {
            IConnectHandler handler = handlers.Connect(request.Kind, request.Subresource) ?? throw NotServed(request);
            if (ResourceRoutes.Unconnected(http.Request.Method, request, info, verbs) is { } unconnected)
                throw new ApiStatusException(unconnected);
            await handler.HandleAsync(http, request, info.Rest, cancel);
            return;
        }

        if (info.Rest.Trim('/').Length > 0 || ResourceRoutes.IsNowhere(request))
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        if (ResourceRoutes.Misused(request, info.Verb) is { } misused)
            throw new ApiStatusException(misused);
        if (!verbs.Contains(info.Verb) || !ResourceRoutes.IsRouted(http.Request.Method, request, info.Verb))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        if (ResourceRoutes.Unnameable(request, info.Verb) is { } unnameable)
            throw new ApiStatusException(unnameable);
        if (request.Kind.IsComputed && handlers.Connect(request.Kind, request.Subresource) is { } own)
            await own.HandleAsync(http, request, info.Rest, cancel);
        else
            await ServeAsync(http, info.Verb, query, request, cancel);
    }

    private Task ServeAsync(HttpContext http, string verb, RequestQuery query, ResourceRequest request, CancellationToken cancel) => verb switch
    {
        "get" => GetAsync(http, query, request, cancel),
        "list" => ListAsync(http, query, request, cancel),
        "watch" => watches.HandleAsync(http, request, query.ToListOptions(), FormatOf(http, query, isWatch: true, hasCells: request.Kind.HasCells), cancel),
        "create" => CreateAsync(http, query, request, cancel),
        "update" => UpdateAsync(http, query, request, cancel),
        "patch" => PatchAsync(http, query, request, cancel),
        "delete" => DeleteAsync(http, query, request, cancel),
        "deletecollection" => DeleteCollectionAsync(http, query, request, cancel),
        _ => throw new ApiStatusException(ApiStatus.MethodNotAllowed()),
    };

    private ResourceRequest Resolve(RequestInfo info, UserInfo user, ResourceKind? kind)
    {
        if (kind is null)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        string ns = kind.Namespaced ? info.Namespace : "";
        string name = info.IsCollection ? "" : info.Name;
        // A namespace is in itself; a cluster-scoped kind is in none, for what was authorized there would be served for the whole cluster.
        bool isOwnNamespace = kind.Plural == "namespaces" && name.Length > 0 && info.Namespace == name;
        bool misplaced = kind.Namespaced ? ns.Length == 0 && name.Length > 0 : info.Namespace.Length > 0 && !isOwnNamespace;
        if (misplaced || info.Subresource.Length > 0 && kind.Subresource(info.Subresource) is null)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        return new ResourceRequest(user, kind, kind.Version(info.Resource.Version)!)
        {
            Namespace = ns,
            Name = name,
            Subresource = info.Subresource,
            CreateRight = info.Verb is "update" or "patch" && info.Subresource.Length == 0
                ? new CreateRight(authorizer, user, info.Resource, ns, name)
                : null,
        };
    }

    private static IReadOnlyList<string> VerbsOf(ResourceRequest request, out bool isConnect)
    {
        Subresource? subresource = request.Subresource.Length == 0 ? null : request.Kind.Subresource(request.Subresource);
        isConnect = subresource?.Form == SubresourceForm.Connect;
        return subresource?.Verbs ?? request.Kind.Verbs;
    }

    private async Task GetAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query);
        ResourceResult result = await service.GetAsync(request, query["resourceVersion"] ?? "", cancel);
        if (result.IsSuccess && format.IsOfList)
            throw new ApiStatusException(Accept.NotAcceptable());
        await WriteAsync(http, request, result, format, cancel);
    }

    private async Task ListAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query);
        (ResourcePage? page, ApiStatus? error) = await service.ListAsync(request, query.ToListOptions(), cancel);
        if (page is not null && format is { Shape: OutputShape.Metadata, IsOfList: false })
            throw new ApiStatusException(Accept.NotAcceptable());
        await WriteAsync(http, request, page, error, format, cancel);
    }

    private async Task CreateAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query, allowsShapes: request.Kind.IsStored && request.Subresource.Length == 0);
        RequestBody body = await BodyReader.ReadDocumentAsync(http.Request, cancel);
        WriteOptions options = WithManager(query.ToWriteOptions("CreateOptions"), http);
        await WriteAsync(http, request, await service.CreateAsync(request, body, options, cancel), format, cancel);
    }

    private async Task UpdateAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query);
        RequestBody body = await BodyReader.ReadDocumentAsync(http.Request, cancel);
        WriteOptions options = WithManager(query.ToWriteOptions("UpdateOptions"), http);
        await WriteAsync(http, request, await service.UpdateAsync(request, body, options, cancel), format, cancel);
    }

    private async Task PatchAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query);
        PatchType type = BodyReader.MediaTypeOf(http.Request) switch
        {
            "application/json-patch+json" => PatchType.Json,
            "application/merge-patch+json" => PatchType.Merge,
            "application/strategic-merge-patch+json" => PatchType.StrategicMerge,
            "application/apply-patch+yaml" => PatchType.Apply,
            // To upstream's router a patch of no type and no body is one whose answer would have no type either.
            _ => throw new ApiStatusException(http.Request.ContentLength > 0 || request.Kind.IsCustom ? PatchStep.UnsupportedPatch(request) : Accept.NotAcceptable()),
        };
        var body = new RequestBody(await BodyReader.ReadAsync(http.Request, cancel), IsYaml: type == PatchType.Apply);
        WriteOptions options = query.ToWriteOptions("PatchOptions");

        // Other patches must not even say that they do not force anything.
        if (type != PatchType.Apply)
            options = WithManager(options with { Force = query["force"] is not null }, http);
        await WriteAsync(http, request, await service.PatchAsync(request, type, body, options, cancel), format, cancel);
    }

    private async Task DeleteAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query);
        DeleteOptions options = await ReadDeleteOptionsAsync(http, query, cancel);
        await WriteAsync(http, request, await service.DeleteAsync(request, options, cancel), format, cancel);
    }

    private async Task DeleteCollectionAsync(HttpContext http, RequestQuery query, ResourceRequest request, CancellationToken cancel)
    {
        OutputFormat format = FormatOf(http, query);
        DeleteOptions options = await ReadDeleteOptionsAsync(http, query, cancel);
        (ResourcePage? page, ApiStatus? error) = await service.DeleteCollectionAsync(request, query.ToListOptions(), options, cancel);
        await WriteAsync(http, request, page, error, format, cancel);
    }

    /// <summary>A body, when there is one, stands for the query.</summary>
    private static async ValueTask<DeleteOptions> ReadDeleteOptionsAsync(HttpContext http, RequestQuery query, CancellationToken cancel)
    {
        if (http.Request.ContentLength == 0)
            return query.ToDeleteOptions();
        RequestBody body = await BodyReader.ReadDocumentAsync(http.Request, cancel);
        return body.Bytes.IsEmpty ? query.ToDeleteOptions() : DeleteBody.Read(DeleteBody.Parse(body));
    }

    private Task WriteAsync(
        HttpContext http, ResourceRequest request, ResourceResult result, OutputFormat format, CancellationToken cancel)
    {
        WarningHeaders.Add(http.Response, request.WarningsSoFar);
        if (result.Error is { } error)
            return ResponseWriter.WriteStatusAsync(http, error, cancel);
        ReadOnlyMemory<byte> body = result.IsForeign || format.Shape == OutputShape.Object && VersionedDocument.IsStoredForm(request.Kind, request.Version)
            ? result.Bytes
            : new ObjectForm(request.Kind, request.Version, format, time).Encode(result.Bytes);
        return ResponseWriter.WriteDocumentAsync(http, result.Code, body, format, cancel);
    }

    private Task WriteAsync(
        HttpContext http, ResourceRequest request, ResourcePage? page, ApiStatus? error, OutputFormat format, CancellationToken cancel)
    {
        WarningHeaders.Add(http.Response, request.WarningsSoFar);
        return page is null
            ? ResponseWriter.WriteStatusAsync(http, error!, cancel)
            : ListWriter.WriteAsync(http, new ObjectForm(request.Kind, request.Version, format, time), page, cancel);
    }

    /// <summary>The form that a request wants its answer in; a 406 when there is none.</summary>
    public static OutputFormat FormatOf(HttpContext http, RequestQuery query, bool allowsShapes = true, bool isWatch = false, bool hasCells = false)
    {
        OutputFormat format = Accept.Parse(http.Request.Headers.Accept.ToString()).Choose(allowsShapes, allowsYaml: !isWatch, allowsCells: hasCells)
            ?? throw new ApiStatusException(Accept.NotAcceptable());
        IncludeObject include = IncludeObject.Metadata;
        if (format.Shape == OutputShape.Table && !IncludeObjectParameter.TryParse(query["includeObject"], out include, out ApiStatus? refused))
            throw new ApiStatusException(refused);
        return format with { Include = include, IsPretty = !isWatch && IsForPeople(http.Request, query) };
    }

    /// <summary>Browsers and the tools that people call by hand get JSON with line breaks.</summary>
    private static bool IsForPeople(HttpRequest request, RequestQuery query)
    {
        if (query["pretty"] is { Length: > 0 } said)
            return said is "1" or "t" or "T" or "true" or "TRUE" or "True";
        string agent = request.Headers.UserAgent.ToString();
        return agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal)
            || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal);
    }

    /// <summary>Without a fieldManager the first part of User-Agent stands for the client.</summary>
    private static WriteOptions WithManager(WriteOptions options, HttpContext http)
    {
        if (options.FieldManager.Length > 0)
            return options;
        string agent = http.Request.Headers.UserAgent.ToString();
        int slash = agent.IndexOf('/', StringComparison.Ordinal);
        string manager = slash < 0 ? agent : agent[..slash];
        return options with { FieldManager = manager.Length > WriteOptions.LongestManager ? manager[..WriteOptions.LongestManager] : manager.Length == 0 ? "unknown" : manager };
    }

    private static ApiStatusException NotServed(ResourceRequest request) => new(new ApiStatus
    {
        Code = 501,
        Reason = "NotImplemented",
        Message = $"{request.Kind.GroupResource}/{request.Subresource} is not served by this engine",
    });
}
