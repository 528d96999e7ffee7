// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;

namespace Pelago.Hub.Serving;

/// <summary>Answers that are documents; refusals are Status objects.</summary>
internal static class HubAnswers
{
    public static Task WriteAsync(HttpContext http, ApiStatus status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }
        http.Response.Clear();
        http.Response.StatusCode = status.Code;
        return WriteAsync(http, status.ToJson());
    }

    public static async Task WriteAsync(HttpContext http, JsonNode document)
    {
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(KubeJson.ToUtf8(document), http.RequestAborted);
    }
}
