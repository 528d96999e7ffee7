// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Authentication;
using Pelago.Engine.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Engine.Aggregation;

/// <summary>
/// Puts the user into the headers of a forwarded request. Whatever the client sent under these names, or to log in with, was removed
/// by authentication and is removed here once more.
/// </summary>
internal sealed class RemoteUserTransformer(UserInfo user) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        FrontProxy.Strip(httpContext.Request.Headers);
        httpContext.Request.Headers.Remove("Authorization");
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        // the name of the Service, not the one by which the client reached this server
        proxyRequest.Headers.Host = null;
        Add(proxyRequest, FrontProxy.UserHeader, [user.Name]);
        if (user.Uid.Length > 0)
            Add(proxyRequest, FrontProxy.UidHeader, [user.Uid]);
        if (user.Groups.Count > 0)
            Add(proxyRequest, FrontProxy.GroupHeader, user.Groups);
        foreach ((string key, IReadOnlyList<string> values) in user.Extra)
        {
            if (values.Count > 0)
                Add(proxyRequest, FrontProxy.ExtraPrefix + HeaderKey.Encode(key), values);
        }
    }

    /// <summary>Each value on a line of its own. A line break in a name would start a header of its own: such a user is not passed on at all.</summary>
    private static void Add(HttpRequestMessage request, string header, IReadOnlyList<string> values)
    {
        foreach (string value in values)
        {
            if (value.AsSpan().ContainsAnyInRange('\0', '\x1f') || value.Contains('\x7f', StringComparison.Ordinal))
                throw new InvalidOperationException($"the user cannot be passed on in {header}: its value holds control characters");
        }

        if (!request.Headers.TryAddWithoutValidation(header, string.Join($"{HeaderLineStream.LineBreak}{header}: ", values)))
            throw new InvalidOperationException($"the user cannot be passed on in {header}");
    }
}
