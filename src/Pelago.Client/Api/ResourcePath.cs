// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// What a request is about. An empty <paramref name="Namespace"/> means a cluster-scoped resource or all namespaces; an empty
/// <paramref name="Name"/> the collection; <paramref name="Subresource"/> is <c>status</c>, <c>scale</c>, <c>eviction</c>, … or empty.
/// </summary>
public readonly record struct ResourcePath(GroupVersionResource Resource, string Namespace = "", string Name = "", string Subresource = "")
{
    /// <summary>The URL path on an API server, each part percent-encoded.</summary>
    public string ToUrlPath()
    {
        var path = new System.Text.StringBuilder(Resource.Group.Length == 0 ? "/api/" : $"/apis/{Resource.Group}/");
        path.Append(Resource.Version);
        if (Namespace.Length > 0)
            path.Append("/namespaces/").Append(Uri.EscapeDataString(Namespace));
        path.Append('/').Append(Resource.Resource);
        if (Name.Length > 0)
            path.Append('/').Append(Uri.EscapeDataString(Name));
        if (Subresource.Length > 0)
            path.Append('/').Append(Subresource);
        return path.ToString();
    }
}
