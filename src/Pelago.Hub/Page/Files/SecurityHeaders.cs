// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Hub.Page.Access;

namespace Pelago.Hub.Page.Files;

/// <summary>What every answer tells the browser to refuse (docs/protocols/page.md).</summary>
internal static class SecurityHeaders
{
    private const string Foreign = "foreign";

    /// <summary>Sets them when the answer begins, whatever was set or cleared before.</summary>
    public static void Promise(HttpContext http) => http.Response.OnStarting(static state =>
    {
        var http = (HttpContext)state;
        IHeaderDictionary headers = http.Response.Headers;
        headers.ContentSecurityPolicy = http.Items.ContainsKey(Foreign) ? "sandbox; default-src 'none'" : Policy(http.Request);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        return Task.CompletedTask;
    }, http);

    /// <summary>The answer comes from elsewhere, where anybody may have written it: it must never run as this page.</summary>
    public static void MarkForeign(HttpContext http) => http.Items[Foreign] = true;

    private static string Policy(HttpRequest request)
    {
        string host = request.Host.Value ?? "";
        string streams = OriginRules.IsLocalName(request.Host.Host) ? $" {request.Scheme}://*.{host}" : "";
        string sockets = $"{(request.IsHttps ? "wss" : "ws")}://{host}";
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
            + $"connect-src 'self' {sockets}{streams}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    }
}
