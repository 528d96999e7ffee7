// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Node.Images;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving;

/// <summary>Answers that are documents. Refusals are Status objects, which the API server hands on as they are.</summary>
internal static class NodeAnswers
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

    public static ApiStatus StatusOf(RuntimeException refused) => refused.Reason switch
    {
        "NotFound" => new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = refused.Message },
        "NotRunning" or "InvalidCommand" => ApiStatus.BadRequest(refused.Message),
        ImageFault.Invalid or ImagePuller.InvalidName => new ApiStatus { Code = 422, Reason = StatusReason.Invalid, Message = refused.Message },
        ImageFault.NoSpace => new ApiStatus { Code = 507, Reason = ImageFault.NoSpace, Message = refused.Message },
        "ErrImagePull" => new ApiStatus { Code = 502, Reason = refused.Reason, Message = refused.Message },
        _ => ApiStatus.Internal(refused.Message),
    };
}
