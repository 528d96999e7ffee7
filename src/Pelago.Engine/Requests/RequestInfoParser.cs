// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Requests;

/// <summary>
/// Takes a URL apart: <c>/api/v1/namespaces/ns/pods/p/log</c>, <c>/apis/apps/v1/deployments</c>, the deprecated
/// <c>/api/v1/watch/namespaces/ns/pods</c>; whatever does not look like that is a non-resource path.
/// </summary>
internal static class RequestInfoParser
{
    /// <summary>Paths with more segments are no resource; a proxy's rest counts as one.</summary>
    private const int MaxSegments = 64;

    public static RequestInfo Parse(string method, string path, RequestQuery query)
    {
        Span<Range> ranges = stackalloc Range[MaxSegments];
        ReadOnlySpan<char> trimmed = path.AsSpan().Trim('/');
        int count = trimmed.Split(ranges, '/');
        bool isCore = count >= 3 && trimmed[ranges[0]] is "api";
        bool isGroup = count >= 4 && trimmed[ranges[0]] is "apis" && !trimmed[ranges[1]].IsEmpty;

        // Of /apis//v1 the group is not the core one, and with two slashes no path of the API begins.
        if (!isCore && !isGroup || path.StartsWith("//", StringComparison.Ordinal))
            return NonResource(method, path);
        string group = isCore ? "" : trimmed[ranges[1]].ToString();
        string version = trimmed[ranges[isCore ? 1 : 2]].ToString();
        int at = isCore ? 2 : 3;
        bool watchPrefix = trimmed[ranges[at]] is "watch" && count > at + 1;
        if (watchPrefix)
            at++;
        string ns = Namespace(trimmed, ranges[..count], ref at);
        string resource = trimmed[ranges[at]].ToString();
        // Inside a namespace there are no namespaces: what stands there after the word is the name of something else.
        if (resource == "namespaces" && ns.Length == 0 && count > at + 1)
            ns = trimmed[ranges[at + 1]].ToString();
        string name = count > at + 1 ? trimmed[ranges[at + 1]].ToString() : "";
        string subresource = count > at + 2 ? trimmed[ranges[at + 2]].ToString() : "";
        string verb = watchPrefix ? "watch" : Verb(method, name, query);
        string restPath = count > at + 2 ? Rest(path, trimmed, ranges[at + 2]) : "";
        if (name.Length == 0 && verb is "list" or "watch" or "deletecollection" && query.FieldSelector is { } selector)
            name = NameInSelector(selector);
        return new RequestInfo
        {
            Path = path,
            Verb = verb,
            IsResource = true,
            Resource = new GroupVersionResource(group, version, resource),
            Subresource = subresource,
            Namespace = ns,
            Name = name,
            IsCollection = count <= at + 1,
            Rest = restPath,
            IsWait = verb == "list" && group == "tasks.pelago.dev" && query["after"] is not null,
        };
    }

    private static RequestInfo NonResource(string method, string path) => new() { Path = path, Verb = method.ToLowerInvariant() };

    /// <summary>
    /// <c>namespaces/NS/x</c> is resource x in NS, unless x is status or finalize: those are subresources of the namespace itself.
    /// </summary>
    private static string Namespace(ReadOnlySpan<char> path, ReadOnlySpan<Range> ranges, ref int at)
    {
        if (path[ranges[at]] is not "namespaces" || ranges.Length <= at + 2 || path[ranges[at + 2]] is "status" or "finalize")
            return "";
        string ns = path[ranges[at + 1]].ToString();
        at += 2;
        return ns;
    }

    private static string Verb(string method, string name, RequestQuery query) => method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => name.Length == 0 ? "deletecollection" : "delete",
        "GET" or "HEAD" => name.Length > 0 ? "get" : query.IsWatch ? "watch" : "list",
        _ => "",
    };

    /// <summary>Everything after the subresource as it stood in the path, a trailing slash included.</summary>
    private static string Rest(string path, ReadOnlySpan<char> trimmed, Range subresource)
    {
        int lead = path.Length - path.AsSpan().TrimStart('/').Length;
        int end = lead + subresource.GetOffsetAndLength(trimmed.Length) switch { var (offset, length) => offset + length };
        return end < path.Length ? path[end..] : "";
    }

    /// <summary>A request for one object by <c>metadata.name=X</c> is authorized as a request for X.</summary>
    private static string NameInSelector(string selector) =>
        FieldSelector.TryParse(selector, out FieldSelector? parsed, out _) && parsed.RequiresExactMatch("metadata.name") is { Length: > 0 } name
            ? name
            : "";
}
