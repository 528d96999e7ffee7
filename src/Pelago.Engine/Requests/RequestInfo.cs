// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Requests;

/// <summary>
/// A request taken apart by its URL and method (apiserver pkg/endpoints/request/requestinfo.go): what authorization decides on and routing uses.
/// </summary>
internal sealed record RequestInfo
{
    public required string Path { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; for non-resource paths the lower-case HTTP method.</summary>
    public required string Verb { get; init; }
    public bool IsResource { get; init; }
    public GroupVersionResource Resource { get; init; }
    public string Subresource { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Name { get; init; } = "";

    /// <summary>The path ends at the resource; a name may still come from a selector.</summary>
    public bool IsCollection { get; init; }

    /// <summary>What follows the subresource, with its slash: the path that a proxy passes on.</summary>
    public string Rest { get; init; } = "";

    /// <summary>A list of tasks that is answered when one of them has changed.</summary>
    public bool IsWait { get; init; }

    /// <summary>Streams, proxies and waits: no deadline, not counted as requests in flight.</summary>
    public bool IsLongRunning => IsWait || Verb is "watch" || Subresource is "proxy" or "exec" or "attach" or "portforward" or "log";
}
