// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Pelago.Hub.FrontProxies;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Hub.Agents;

/// <summary>A request of a user becomes one of the hub: to the path on the node, without anything that said who the user is.</summary>
internal sealed class AgentTransformer(FrontProxyTrust trust, string path, string token) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = httpContext.Request.Headers;
        foreach (string header in headers.Keys.Where(header => trust.Speaks(header) || header is "Authorization" or "Cookie").ToList())
            headers.Remove(header);
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = new Uri($"{destinationPrefix}/{path}{httpContext.Request.QueryString}");
        proxyRequest.Headers.Host = null;
        proxyRequest.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
    }
}
