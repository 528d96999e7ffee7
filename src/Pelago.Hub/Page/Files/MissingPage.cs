// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;

namespace Pelago.Hub.Page.Files;

/// <summary>What is served where the page is not built: how to build it. The API is there all the same.</summary>
internal static class MissingPage
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Pelago: the page is not built</title></head>
        <body>
        <h1>The page is not built</h1>
        <p>Pelago runs, and so does the API that the page uses. The files of the page itself are not there.</p>
        <p>In the repository, with Node.js (Debian: <code>apt install nodejs npm</code>):</p>
        <pre>cd web
        npm ci
        npm run build</pre>
        <p>Then load this page again; a restart is not needed. Files elsewhere: <code>PELAGO_WEB=DIR pelago up</code>.</p>
        </body>
        </html>

        """;

    public static async Task ServeAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsGet(http.Request.Method))
            await http.Response.WriteAsync(Html, http.RequestAborted);
    }
}
