// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Yarp.ReverseProxy.Forwarder;

namespace Pelago.Hub.Page.Proxying;

/// <summary>
/// A request of the page becomes one of the session's user at a cluster: without anything that the browser says of who he is, with what the session has.
/// Of the answer nothing stays that would make the browser take it for this page's.
/// </summary>
internal sealed class ClusterTransformer(HttpKubeApi api, string path, Action answered) : HttpTransformer
{
    /// <summary>On what a cluster answers, also a 401: its credentials are not the session's.</summary>
    private const string ClusterHeader = "X-Pelago-Cluster";

    private static readonly string[] OfTheBrowser =
    [
        "Authorization", "Cookie", "Origin", "Referer", "Forwarded", "Proxy-Authorization", "Service-Worker", "Early-Data",
    ];

    private static readonly string[] OfTheBrowserPrefixes = ["Impersonate-", "X-Remote-", "X-Forwarded-", "X-Pelago-", "Sec-Fetch-", "Sec-CH-"];

    private static readonly string[] OfTheCluster =
    [
        "Set-Cookie", "Set-Cookie2", "Clear-Site-Data", "Service-Worker-Allowed", "Strict-Transport-Security", "Alt-Svc", "Refresh", "Link", "NEL", "Report-To", "Server",
    ];

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = httpContext.Request.Headers;
        foreach (string header in headers.Keys.Where(IsOfTheBrowser).ToList())
            headers.Remove(header);
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = new Uri($"{destinationPrefix}{path}{httpContext.Request.QueryString}");
        proxyRequest.Headers.Host = null;
        await api.AuthorizeAsync(proxyRequest, cancellationToken);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        answered();
        bool goesOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        IHeaderDictionary headers = httpContext.Response.Headers;
        foreach (string header in headers.Keys.Where(IsOfTheCluster).ToList())
            headers.Remove(header);
        headers[ClusterHeader] = Uri.EscapeDataString(api.Cluster);
        return goesOn;
    }

    private static bool IsOfTheBrowser(string header) =>
        OfTheBrowser.Contains(header, StringComparer.OrdinalIgnoreCase) || OfTheBrowserPrefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool IsOfTheCluster(string header) =>
        OfTheCluster.Contains(header, StringComparer.OrdinalIgnoreCase) || header.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase);
}
